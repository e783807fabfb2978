file(REMOVE_RECURSE
  "CMakeFiles/tests-task-spawn_test.dir/tests/task/spawn_test.c.o"
  "CMakeFiles/tests-task-spawn_test.dir/tests/task/spawn_test.c.o.d"
  "tests/task/spawn_test"
  "tests/task/spawn_test.pdb"
)

# Per-language clean rules from dependency scanning.
foreach(lang C)
  include(CMakeFiles/tests-task-spawn_test.dir/cmake_clean_${lang}.cmake OPTIONAL)
endforeach()
