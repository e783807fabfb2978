file(REMOVE_RECURSE
  "CMakeFiles/tests-base-futex_test.dir/tests/base/futex_test.c.o"
  "CMakeFiles/tests-base-futex_test.dir/tests/base/futex_test.c.o.d"
  "tests/base/futex_test"
  "tests/base/futex_test.pdb"
)

# Per-language clean rules from dependency scanning.
foreach(lang C)
  include(CMakeFiles/tests-base-futex_test.dir/cmake_clean_${lang}.cmake OPTIONAL)
endforeach()
