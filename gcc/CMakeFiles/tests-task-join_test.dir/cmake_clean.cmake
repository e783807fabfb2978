file(REMOVE_RECURSE
  "CMakeFiles/tests-task-join_test.dir/tests/task/join_test.c.o"
  "CMakeFiles/tests-task-join_test.dir/tests/task/join_test.c.o.d"
  "tests/task/join_test"
  "tests/task/join_test.pdb"
)

# Per-language clean rules from dependency scanning.
foreach(lang C)
  include(CMakeFiles/tests-task-join_test.dir/cmake_clean_${lang}.cmake OPTIONAL)
endforeach()
