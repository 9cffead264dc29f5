# Where the rules of TCP are cited, as a table in the program, so that `seedwire list rules` works
# wherever it is installed. Sets `rule_index_source`, a generated file with seedwire::cli::citations().
add_executable(seedwire_rule_index cmake/rule_index.cpp)
target_compile_features(seedwire_rule_index PRIVATE cxx_std_20)
seedwire_compile_options(seedwire_rule_index)

file(GLOB_RECURSE cited_files CONFIGURE_DEPENDS
     ${PROJECT_SOURCE_DIR}/models/*.cpp ${PROJECT_SOURCE_DIR}/models/*.h
     ${PROJECT_SOURCE_DIR}/tests/*.cpp ${PROJECT_SOURCE_DIR}/tests/*.h
     ${PROJECT_SOURCE_DIR}/scenarios/*.pkt ${PROJECT_SOURCE_DIR}/scenarios/*.yaml)
set(rule_index_source ${PROJECT_BINARY_DIR}/generated/rule_index.cpp)
add_custom_command(OUTPUT ${PROJECT_BINARY_DIR}/generated/rule_index.stamp
                   BYPRODUCTS ${rule_index_source}
                   COMMAND seedwire_rule_index ${PROJECT_SOURCE_DIR} ${rule_index_source}
                   COMMAND ${CMAKE_COMMAND} -E touch ${PROJECT_BINARY_DIR}/generated/rule_index.stamp
                   DEPENDS seedwire_rule_index ${cited_files}
                   COMMENT "Indexing citations of rules")
add_custom_target(seedwire_rules_indexed DEPENDS ${PROJECT_BINARY_DIR}/generated/rule_index.stamp)
