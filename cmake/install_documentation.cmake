# Manual pages and shell completion: the program writes them itself, from its table of options, when
# it is installed. Where it cannot run here (cross compiling), they are left out.
if(CMAKE_CROSSCOMPILING)
    return()
endif()
set(documentation ${PROJECT_BINARY_DIR}/generated/install)
install(CODE "
    file(MAKE_DIRECTORY \"${documentation}/completion\")
    execute_process(COMMAND \"$<TARGET_FILE:seedwire>\" man --output \"${documentation}/man1\"
                    COMMAND_ERROR_IS_FATAL ANY)
    foreach(shell IN ITEMS bash zsh fish)
        execute_process(COMMAND \"$<TARGET_FILE:seedwire>\" completion \${shell}
                        OUTPUT_FILE \"${documentation}/completion/\${shell}\"
                        COMMAND_ERROR_IS_FATAL ANY)
    endforeach()")
install(DIRECTORY ${documentation}/man1/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${documentation}/completion/bash
        DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME seedwire)
install(FILES ${documentation}/completion/zsh
        DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions RENAME _seedwire)
install(FILES ${documentation}/completion/fish
        DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d RENAME seedwire.fish)
