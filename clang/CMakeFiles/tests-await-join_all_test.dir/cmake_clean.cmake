file(REMOVE_RECURSE
  "CMakeFiles/tests-await-join_all_test.dir/tests/await/join_all_test.c.o"
  "CMakeFiles/tests-await-join_all_test.dir/tests/await/join_all_test.c.o.d"
  "tests/await/join_all_test"
  "tests/await/join_all_test.pdb"
)

# Per-language clean rules from dependency scanning.
foreach(lang C)
  include(CMakeFiles/tests-await-join_all_test.dir/cmake_clean_${lang}.cmake OPTIONAL)
endforeach()
