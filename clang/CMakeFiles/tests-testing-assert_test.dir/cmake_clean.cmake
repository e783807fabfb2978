file(REMOVE_RECURSE
  "CMakeFiles/tests-testing-assert_test.dir/tests/testing/assert_test.c.o"
  "CMakeFiles/tests-testing-assert_test.dir/tests/testing/assert_test.c.o.d"
  "tests/testing/assert_test"
  "tests/testing/assert_test.pdb"
)

# Per-language clean rules from dependency scanning.
foreach(lang C)
  include(CMakeFiles/tests-testing-assert_test.dir/cmake_clean_${lang}.cmake OPTIONAL)
endforeach()
