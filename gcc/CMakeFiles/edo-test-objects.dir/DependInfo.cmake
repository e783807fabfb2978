
# Consider dependencies only in project.
set(CMAKE_DEPENDS_IN_PROJECT_ONLY OFF)

# The set of languages for which implicit dependencies are needed:
set(CMAKE_DEPENDS_LANGUAGES
  )

# The set of dependency files which are needed:
set(CMAKE_DEPENDS_DEPENDENCY_FILES
  "/work/main/src/testing/assert.c" "CMakeFiles/edo-test-objects.dir/src/testing/assert.c.o" "gcc" "CMakeFiles/edo-test-objects.dir/src/testing/assert.c.o.d"
  "/work/main/src/testing/test_task.c" "CMakeFiles/edo-test-objects.dir/src/testing/test_task.c.o" "gcc" "CMakeFiles/edo-test-objects.dir/src/testing/test_task.c.o.d"
  )

# Targets to which this target links.
set(CMAKE_TARGET_LINKED_INFO_FILES
  )

# Fortran module output directory.
set(CMAKE_Fortran_TARGET_MODULE_DIR "")
