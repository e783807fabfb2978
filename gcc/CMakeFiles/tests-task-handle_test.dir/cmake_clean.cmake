file(REMOVE_RECURSE
  "CMakeFiles/tests-task-handle_test.dir/tests/task/handle_test.c.o"
  "CMakeFiles/tests-task-handle_test.dir/tests/task/handle_test.c.o.d"
  "tests/task/handle_test"
  "tests/task/handle_test.pdb"
)

# Per-language clean rules from dependency scanning.
foreach(lang C)
  include(CMakeFiles/tests-task-handle_test.dir/cmake_clean_${lang}.cmake OPTIONAL)
endforeach()
