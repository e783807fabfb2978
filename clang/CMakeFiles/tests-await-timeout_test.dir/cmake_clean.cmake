file(REMOVE_RECURSE
  "CMakeFiles/tests-await-timeout_test.dir/tests/await/timeout_test.c.o"
  "CMakeFiles/tests-await-timeout_test.dir/tests/await/timeout_test.c.o.d"
  "tests/await/timeout_test"
  "tests/await/timeout_test.pdb"
)

# Per-language clean rules from dependency scanning.
foreach(lang C)
  include(CMakeFiles/tests-await-timeout_test.dir/cmake_clean_${lang}.cmake OPTIONAL)
endforeach()
