file(REMOVE_RECURSE
  "CMakeFiles/tests-testing-test_task_test.dir/tests/testing/test_task_test.c.o"
  "CMakeFiles/tests-testing-test_task_test.dir/tests/testing/test_task_test.c.o.d"
  "tests/testing/test_task_test"
  "tests/testing/test_task_test.pdb"
)

# Per-language clean rules from dependency scanning.
foreach(lang C)
  include(CMakeFiles/tests-testing-test_task_test.dir/cmake_clean_${lang}.cmake OPTIONAL)
endforeach()
