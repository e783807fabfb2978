file(REMOVE_RECURSE
  "CMakeFiles/tests-task-yield_test.dir/tests/task/yield_test.c.o"
  "CMakeFiles/tests-task-yield_test.dir/tests/task/yield_test.c.o.d"
  "tests/task/yield_test"
  "tests/task/yield_test.pdb"
)

# Per-language clean rules from dependency scanning.
foreach(lang C)
  include(CMakeFiles/tests-task-yield_test.dir/cmake_clean_${lang}.cmake OPTIONAL)
endforeach()
