file(REMOVE_RECURSE
  "CMakeFiles/tests-base-duration_test.dir/tests/base/duration_test.c.o"
  "CMakeFiles/tests-base-duration_test.dir/tests/base/duration_test.c.o.d"
  "tests/base/duration_test"
  "tests/base/duration_test.pdb"
)

# Per-language clean rules from dependency scanning.
foreach(lang C)
  include(CMakeFiles/tests-base-duration_test.dir/cmake_clean_${lang}.cmake OPTIONAL)
endforeach()
