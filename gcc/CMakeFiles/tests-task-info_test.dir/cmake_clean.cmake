file(REMOVE_RECURSE
  "CMakeFiles/tests-task-info_test.dir/tests/task/info_test.c.o"
  "CMakeFiles/tests-task-info_test.dir/tests/task/info_test.c.o.d"
  "tests/task/info_test"
  "tests/task/info_test.pdb"
)

# Per-language clean rules from dependency scanning.
foreach(lang C)
  include(CMakeFiles/tests-task-info_test.dir/cmake_clean_${lang}.cmake OPTIONAL)
endforeach()
