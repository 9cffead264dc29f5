# Installs the program, the libraries with their headers, and the package `seedwire`:
#     find_package(seedwire REQUIRED)
#     target_link_libraries(mine PRIVATE seedwire::seedwire)    # or one floor: seedwire::sim_kernel
# docs/embedding/ is a complete example, built and run by a test.
include(CMakePackageConfigHelpers)

get_property(libraries GLOBAL PROPERTY SEEDWIRE_LIBRARIES)
add_library(seedwire_all INTERFACE)
target_link_libraries(seedwire_all INTERFACE ${libraries})
add_library(seedwire::seedwire ALIAS seedwire_all)
set_target_properties(seedwire_all PROPERTIES EXPORT_NAME seedwire)
foreach(library IN LISTS libraries)
    string(REGEX REPLACE "^seedwire_" "" name ${library})
    add_library(seedwire::${name} ALIAS ${library})
    set_target_properties(${library} PROPERTIES EXPORT_NAME ${name})
endforeach()

set(package_directory ${CMAKE_INSTALL_LIBDIR}/cmake/seedwire)
set(header_directory ${CMAKE_INSTALL_INCLUDEDIR}/seedwire)
install(TARGETS seedwire)
install(TARGETS seedwire_all ${libraries} EXPORT seedwire
        FILE_SET HEADERS DESTINATION ${header_directory})
foreach(folder IN ITEMS sim models harness)  # tables that headers include
    install(DIRECTORY ${folder} DESTINATION ${header_directory} FILES_MATCHING PATTERN "*.def")
endforeach()
install(EXPORT seedwire NAMESPACE seedwire:: FILE seedwire-targets.cmake
        DESTINATION ${package_directory})

file(CONFIGURE OUTPUT seedwire-config.cmake @ONLY CONTENT [[
include(${CMAKE_CURRENT_LIST_DIR}/third_party.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/seedwire-targets.cmake)
]])
write_basic_package_version_file(seedwire-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/seedwire-config.cmake
              ${CMAKE_CURRENT_BINARY_DIR}/seedwire-config-version.cmake
              ${CMAKE_CURRENT_SOURCE_DIR}/cmake/third_party.cmake
        DESTINATION ${package_directory})

include(cmake/install_documentation.cmake)
