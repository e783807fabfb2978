
# Consider dependencies only in project.
set(CMAKE_DEPENDS_IN_PROJECT_ONLY OFF)

# The set of languages for which implicit dependencies are needed:
set(CMAKE_DEPENDS_LANGUAGES
  )

# The set of dependency files which are needed:
set(CMAKE_DEPENDS_DEPENDENCY_FILES
  "/work/main/tests/runtime/build_test.c" "CMakeFiles/tests-runtime-build_test.dir/tests/runtime/build_test.c.o" "gcc" "CMakeFiles/tests-runtime-build_test.dir/tests/runtime/build_test.c.o.d"
  )

# Targets to which this target links.
set(CMAKE_TARGET_LINKED_INFO_FILES
  "/work/main/clang/CMakeFiles/edo-test-support.dir/DependInfo.cmake"
  "/work/main/clang/CMakeFiles/edo-internal.dir/DependInfo.cmake"
  )

# Fortran module output directory.
set(CMAKE_Fortran_TARGET_MODULE_DIR "")
