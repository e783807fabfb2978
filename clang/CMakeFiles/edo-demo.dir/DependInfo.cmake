
# Consider dependencies only in project.
set(CMAKE_DEPENDS_IN_PROJECT_ONLY OFF)

# The set of languages for which implicit dependencies are needed:
set(CMAKE_DEPENDS_LANGUAGES
  )

# The set of dependency files which are needed:
set(CMAKE_DEPENDS_DEPENDENCY_FILES
  "/work/main/programs/demo/latency.c" "CMakeFiles/edo-demo.dir/programs/demo/latency.c.o" "gcc" "CMakeFiles/edo-demo.dir/programs/demo/latency.c.o.d"
  "/work/main/programs/demo/load.c" "CMakeFiles/edo-demo.dir/programs/demo/load.c.o" "gcc" "CMakeFiles/edo-demo.dir/programs/demo/load.c.o.d"
  "/work/main/programs/demo/main.c" "CMakeFiles/edo-demo.dir/programs/demo/main.c.o" "gcc" "CMakeFiles/edo-demo.dir/programs/demo/main.c.o.d"
  "/work/main/programs/demo/progress.c" "CMakeFiles/edo-demo.dir/programs/demo/progress.c.o" "gcc" "CMakeFiles/edo-demo.dir/programs/demo/progress.c.o.d"
  "/work/main/programs/demo/server.c" "CMakeFiles/edo-demo.dir/programs/demo/server.c.o" "gcc" "CMakeFiles/edo-demo.dir/programs/demo/server.c.o.d"
  "/work/main/programs/demo/text.c" "CMakeFiles/edo-demo.dir/programs/demo/text.c.o" "gcc" "CMakeFiles/edo-demo.dir/programs/demo/text.c.o.d"
  )

# Targets to which this target links.
set(CMAKE_TARGET_LINKED_INFO_FILES
  "/work/main/clang/CMakeFiles/edo.dir/DependInfo.cmake"
  )

# Fortran module output directory.
set(CMAKE_Fortran_TARGET_MODULE_DIR "")
