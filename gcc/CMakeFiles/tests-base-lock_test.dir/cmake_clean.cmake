file(REMOVE_RECURSE
  "CMakeFiles/tests-base-lock_test.dir/tests/base/lock_test.c.o"
  "CMakeFiles/tests-base-lock_test.dir/tests/base/lock_test.c.o.d"
  "tests/base/lock_test"
  "tests/base/lock_test.pdb"
)

# Per-language clean rules from dependency scanning.
foreach(lang C)
  include(CMakeFiles/tests-base-lock_test.dir/cmake_clean_${lang}.cmake OPTIONAL)
endforeach()
