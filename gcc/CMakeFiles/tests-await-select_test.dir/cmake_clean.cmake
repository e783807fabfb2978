file(REMOVE_RECURSE
  "CMakeFiles/tests-await-select_test.dir/tests/await/select_test.c.o"
  "CMakeFiles/tests-await-select_test.dir/tests/await/select_test.c.o.d"
  "tests/await/select_test"
  "tests/await/select_test.pdb"
)

# Per-language clean rules from dependency scanning.
foreach(lang C)
  include(CMakeFiles/tests-await-select_test.dir/cmake_clean_${lang}.cmake OPTIONAL)
endforeach()
