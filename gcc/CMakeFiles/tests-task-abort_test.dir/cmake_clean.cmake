file(REMOVE_RECURSE
  "CMakeFiles/tests-task-abort_test.dir/tests/task/abort_test.c.o"
  "CMakeFiles/tests-task-abort_test.dir/tests/task/abort_test.c.o.d"
  "tests/task/abort_test"
  "tests/task/abort_test.pdb"
)

# Per-language clean rules from dependency scanning.
foreach(lang C)
  include(CMakeFiles/tests-task-abort_test.dir/cmake_clean_${lang}.cmake OPTIONAL)
endforeach()
