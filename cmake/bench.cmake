# edo-bench: bench/harness and bench/micro, against libedo.a as a user would link it. The linker
# sends calls of the allocator and of mmap through bench/harness/allocs.c, which counts them.
file(GLOB bench_sources CONFIGURE_DEPENDS
    ${PROJECT_SOURCE_DIR}/bench/harness/*.c ${PROJECT_SOURCE_DIR}/bench/micro/*.c)
add_executable(edo-bench ${bench_sources})
set_target_properties(edo-bench PROPERTIES C_STANDARD 11 C_EXTENSIONS OFF
    RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bench)
target_include_directories(edo-bench PRIVATE bench)
target_link_libraries(edo-bench PRIVATE edo)
foreach(function malloc calloc realloc aligned_alloc posix_memalign mmap)
    target_link_options(edo-bench PRIVATE -Wl,--wrap=${function})
endforeach()
edo_flags(edo-bench)

add_executable(edo-quiet ${PROJECT_SOURCE_DIR}/bench/idle/quiet.c)
set_target_properties(edo-quiet PROPERTIES C_STANDARD 11 C_EXTENSIONS OFF
    RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bench)
target_link_libraries(edo-quiet PRIVATE edo)
edo_flags(edo-quiet)

# The network benchmarks: edo's server, and load generators that know nothing of edo.
foreach(program server echo_load churn_load idle_load rate_load pump_load udp_load)
    add_executable(bench-${program} ${PROJECT_SOURCE_DIR}/bench/net/${program}.c)
    set_target_properties(bench-${program} PROPERTIES C_STANDARD 11 C_EXTENSIONS OFF
        OUTPUT_NAME ${program} RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bench)
    edo_flags(bench-${program})
endforeach()
target_sources(bench-server PRIVATE ${PROJECT_SOURCE_DIR}/bench/net/udp_echo.c)
target_link_libraries(bench-server PRIVATE edo)
target_include_directories(bench-server PRIVATE bench)
set_target_properties(bench-server PROPERTIES OUTPUT_NAME edo-echo)
