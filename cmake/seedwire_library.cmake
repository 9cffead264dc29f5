# seedwire_library(<folder> [DEPENDS <folder>...] [PUBLIC_THIRD_PARTY <target>...] [PRIVATE <target>...])
# makes the static library seedwire_<folder with _> from all files below the folder, so that adding a
# file edits no build script. A folder that has no source file yet becomes an interface library.

# No fused multiply-add, no fast maths: the few floating-point numbers of harness/ must not depend on
# the compiler. See ARCHITECTURE.md, c.
function(seedwire_compile_options target)
    target_compile_options(${target} PRIVATE
        -Wall -Wextra -Wpedantic -Wshadow -Wconversion -ffp-contract=off)
    # GCC 12 sees overlapping copies and overflows in insertions of std::string and std::vector where
    # there are none (GCC bug 105651 and its relatives).
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
        target_compile_options(${target} PRIVATE -Wno-restrict -Wno-stringop-overflow)
    endif()
    # What is installed must also link without LTO, and with another compiler.
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND SEEDWIRE_LTO)
        target_compile_options(${target} PRIVATE -ffat-lto-objects)
        # The way of a packet crosses many small functions, each called from one or two places. The
        # usual limits of growth stop inlining half-way; these are what measured best with GCC 12.
        target_compile_options(${target} PRIVATE
            --param=inline-unit-growth=200 --param=large-function-growth=2000
            --param=large-stack-frame-growth=4000 --param=max-inline-insns-auto=60
            --param=max-inline-insns-single=300)
    endif()
    if(SEEDWIRE_WARNINGS_AS_ERRORS)
        target_compile_options(${target} PRIVATE -Werror)
    endif()
    if(SEEDWIRE_SANITIZE)
        target_compile_options(${target} PRIVATE
            -fsanitize=${SEEDWIRE_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
        target_link_options(${target} PRIVATE -fsanitize=${SEEDWIRE_SANITIZE})
    endif()
endfunction()

function(seedwire_target_name folder out)
    string(REPLACE "/" "_" name "seedwire_${folder}")
    set(${out} ${name} PARENT_SCOPE)
endfunction()

function(seedwire_library folder)
    cmake_parse_arguments(ARG "" "" "DEPENDS;PUBLIC_THIRD_PARTY;PRIVATE" ${ARGN})
    seedwire_target_name(${folder} target)
    file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${folder}/*.cpp)
    file(GLOB_RECURSE headers CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${folder}/*.h)
    if(sources)
        set(scope PUBLIC)
        add_library(${target} STATIC ${sources})
        seedwire_compile_options(${target})
        target_link_libraries(${target} PRIVATE ${ARG_PRIVATE})
    else()
        set(scope INTERFACE)
        add_library(${target} INTERFACE)
    endif()
    target_compile_features(${target} ${scope} cxx_std_20)
    target_sources(${target} ${scope} FILE_SET HEADERS
        BASE_DIRS ${PROJECT_SOURCE_DIR} FILES ${headers})
    target_include_directories(${target} ${scope}
        $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}> $<INSTALL_INTERFACE:include/seedwire>)
    foreach(dependency IN LISTS ARG_DEPENDS)
        seedwire_target_name(${dependency} dependency_target)
        target_link_libraries(${target} ${scope} ${dependency_target})
    endforeach()
    target_link_libraries(${target} ${scope} ${ARG_PUBLIC_THIRD_PARTY})
    set_property(GLOBAL APPEND PROPERTY SEEDWIRE_LIBRARIES ${target})
endfunction()
