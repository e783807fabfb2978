file(REMOVE_RECURSE
  "CMakeFiles/tests-base-error_test.dir/tests/base/error_test.c.o"
  "CMakeFiles/tests-base-error_test.dir/tests/base/error_test.c.o.d"
  "tests/base/error_test"
  "tests/base/error_test.pdb"
)

# Per-language clean rules from dependency scanning.
foreach(lang C)
  include(CMakeFiles/tests-base-error_test.dir/cmake_clean_${lang}.cmake OPTIONAL)
endforeach()
