
# Consider dependencies only in project.
set(CMAKE_DEPENDS_IN_PROJECT_ONLY OFF)

# The set of languages for which implicit dependencies are needed:
set(CMAKE_DEPENDS_LANGUAGES
  )

# The set of dependency files which are needed:
set(CMAKE_DEPENDS_DEPENDENCY_FILES
  "/work/main/tests/support/edo_test.c" "CMakeFiles/edo-test-support.dir/tests/support/edo_test.c.o" "gcc" "CMakeFiles/edo-test-support.dir/tests/support/edo_test.c.o.d"
  "/work/main/tests/support/edo_test_main.c" "CMakeFiles/edo-test-support.dir/tests/support/edo_test_main.c.o" "gcc" "CMakeFiles/edo-test-support.dir/tests/support/edo_test_main.c.o.d"
  "/work/main/tests/support/fake_driver.c" "CMakeFiles/edo-test-support.dir/tests/support/fake_driver.c.o" "gcc" "CMakeFiles/edo-test-support.dir/tests/support/fake_driver.c.o.d"
  "/work/main/tests/support/forked.c" "CMakeFiles/edo-test-support.dir/tests/support/forked.c.o" "gcc" "CMakeFiles/edo-test-support.dir/tests/support/forked.c.o.d"
  "/work/main/tests/support/gate.c" "CMakeFiles/edo-test-support.dir/tests/support/gate.c.o" "gcc" "CMakeFiles/edo-test-support.dir/tests/support/gate.c.o.d"
  "/work/main/tests/support/probe.c" "CMakeFiles/edo-test-support.dir/tests/support/probe.c.o" "gcc" "CMakeFiles/edo-test-support.dir/tests/support/probe.c.o.d"
  "/work/main/tests/support/support.c" "CMakeFiles/edo-test-support.dir/tests/support/support.c.o" "gcc" "CMakeFiles/edo-test-support.dir/tests/support/support.c.o.d"
  "/work/main/tests/support/tcp.c" "CMakeFiles/edo-test-support.dir/tests/support/tcp.c.o" "gcc" "CMakeFiles/edo-test-support.dir/tests/support/tcp.c.o.d"
  )

# Targets to which this target links.
set(CMAKE_TARGET_LINKED_INFO_FILES
  "/work/main/gcc/CMakeFiles/edo-internal.dir/DependInfo.cmake"
  )

# Fortran module output directory.
set(CMAKE_Fortran_TARGET_MODULE_DIR "")
