file(REMOVE_RECURSE
  "CMakeFiles/tests-task-stackful_test.dir/tests/task/stackful_test.c.o"
  "CMakeFiles/tests-task-stackful_test.dir/tests/task/stackful_test.c.o.d"
  "tests/task/stackful_test"
  "tests/task/stackful_test.pdb"
)

# Per-language clean rules from dependency scanning.
foreach(lang C)
  include(CMakeFiles/tests-task-stackful_test.dir/cmake_clean_${lang}.cmake OPTIONAL)
endforeach()
