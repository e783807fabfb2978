# tests/faults/faults: the library with its calls of libc redirected to a shim that fails them.
set(redirect ${PROJECT_SOURCE_DIR}/tests/faults/redirect.txt)
set(faults_object ${PROJECT_BINARY_DIR}/edo-faults.o)
add_custom_command(OUTPUT ${faults_object}
    COMMAND ${CMAKE_LINKER} -r -o ${faults_object} $<TARGET_OBJECTS:edo-objects>
    COMMAND ${CMAKE_OBJCOPY} --redefine-syms=${redirect} ${faults_object}
    DEPENDS edo-objects $<TARGET_OBJECTS:edo-objects> ${redirect}
    COMMAND_EXPAND_LISTS VERBATIM)

file(GLOB faults_sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/faults/*.c)
add_executable(edo-faults EXCLUDE_FROM_ALL ${faults_sources}
    ${PROJECT_SOURCE_DIR}/tests/support/gate.c ${faults_object})
set_target_properties(edo-faults PROPERTIES C_STANDARD 11 C_EXTENSIONS OFF
    OUTPUT_NAME faults RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests/faults)
set_source_files_properties(${PROJECT_SOURCE_DIR}/tests/faults/shim.c PROPERTIES
    COMPILE_OPTIONS -Wno-missing-prototypes) # its functions are named in redirect.txt alone
target_include_directories(edo-faults PRIVATE include ${PROJECT_BINARY_DIR}/include src tests)
target_link_libraries(edo-faults PRIVATE Threads::Threads)
edo_flags(edo-faults)
