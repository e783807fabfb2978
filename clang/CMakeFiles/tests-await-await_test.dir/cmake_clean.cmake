file(REMOVE_RECURSE
  "CMakeFiles/tests-await-await_test.dir/tests/await/await_test.c.o"
  "CMakeFiles/tests-await-await_test.dir/tests/await/await_test.c.o.d"
  "tests/await/await_test"
  "tests/await/await_test.pdb"
)

# Per-language clean rules from dependency scanning.
foreach(lang C)
  include(CMakeFiles/tests-await-await_test.dir/cmake_clean_${lang}.cmake OPTIONAL)
endforeach()
