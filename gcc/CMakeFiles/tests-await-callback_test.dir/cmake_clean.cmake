file(REMOVE_RECURSE
  "CMakeFiles/tests-await-callback_test.dir/tests/await/callback_test.c.o"
  "CMakeFiles/tests-await-callback_test.dir/tests/await/callback_test.c.o.d"
  "tests/await/callback_test"
  "tests/await/callback_test.pdb"
)

# Per-language clean rules from dependency scanning.
foreach(lang C)
  include(CMakeFiles/tests-await-callback_test.dir/cmake_clean_${lang}.cmake OPTIONAL)
endforeach()
