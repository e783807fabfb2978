file(REMOVE_RECURSE
  "CMakeFiles/tests-base-random_test.dir/tests/base/random_test.c.o"
  "CMakeFiles/tests-base-random_test.dir/tests/base/random_test.c.o.d"
  "tests/base/random_test"
  "tests/base/random_test.pdb"
)

# Per-language clean rules from dependency scanning.
foreach(lang C)
  include(CMakeFiles/tests-base-random_test.dir/cmake_clean_${lang}.cmake OPTIONAL)
endforeach()
