# tests/soak/soak: a mix of work that goes on for an hour.
file(GLOB soak_sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/soak/*.c)
add_executable(edo-soak EXCLUDE_FROM_ALL ${soak_sources})
set_target_properties(edo-soak PROPERTIES C_STANDARD 11 C_EXTENSIONS OFF
    OUTPUT_NAME soak RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests/soak)
target_include_directories(edo-soak PRIVATE src tests)
target_link_libraries(edo-soak PRIVATE edo)
edo_flags(edo-soak)
