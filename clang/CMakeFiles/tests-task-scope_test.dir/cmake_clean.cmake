file(REMOVE_RECURSE
  "CMakeFiles/tests-task-scope_test.dir/tests/task/scope_test.c.o"
  "CMakeFiles/tests-task-scope_test.dir/tests/task/scope_test.c.o.d"
  "tests/task/scope_test"
  "tests/task/scope_test.pdb"
)

# Per-language clean rules from dependency scanning.
foreach(lang C)
  include(CMakeFiles/tests-task-scope_test.dir/cmake_clean_${lang}.cmake OPTIONAL)
endforeach()
