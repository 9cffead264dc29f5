# Installs seedwire into an empty prefix, then builds and runs docs/embedding against what is there.
# Expects BUILD, SOURCE, CXX_COMPILER, CXX_FLAGS.
string(RANDOM LENGTH 12 random)
set(work ${BUILD}/tests/embedding/${random})

function(step)
    execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE output
                    ERROR_VARIABLE output)
    if(NOT result EQUAL 0)
        file(REMOVE_RECURSE ${work})
        list(JOIN ARGN " " command)
        message(FATAL_ERROR "${command}\n${output}")
    endif()
    set(output "${output}" PARENT_SCOPE)
endfunction()

step(${CMAKE_COMMAND} --install ${BUILD} --prefix ${work}/prefix)
step(${work}/prefix/bin/seedwire --version)
foreach(file IN ITEMS man/man1/seedwire.1 man/man1/seedwire-run.1 zsh/site-functions/_seedwire
                      bash-completion/completions/seedwire fish/vendor_completions.d/seedwire.fish)
    step(${CMAKE_COMMAND} -E cat ${work}/prefix/share/${file})
endforeach()
step(${CMAKE_COMMAND} -G Ninja -S ${SOURCE}/docs/embedding -B ${work}/build
     -DCMAKE_PREFIX_PATH=${work}/prefix -DCMAKE_CXX_COMPILER=${CXX_COMPILER}
     "-DCMAKE_CXX_FLAGS=${CXX_FLAGS}")
step(${CMAKE_COMMAND} --build ${work}/build)
step(${work}/build/embed)
message(STATUS "${output}")
file(REMOVE_RECURSE ${work})
