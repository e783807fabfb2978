file(REMOVE_RECURSE
  "CMakeFiles/tests-future-misuse_test.dir/tests/future/misuse_test.c.o"
  "CMakeFiles/tests-future-misuse_test.dir/tests/future/misuse_test.c.o.d"
  "tests/future/misuse_test"
  "tests/future/misuse_test.pdb"
)

# Per-language clean rules from dependency scanning.
foreach(lang C)
  include(CMakeFiles/tests-future-misuse_test.dir/cmake_clean_${lang}.cmake OPTIONAL)
endforeach()
