file(REMOVE_RECURSE
  "CMakeFiles/tests-await-budget_test.dir/tests/await/budget_test.c.o"
  "CMakeFiles/tests-await-budget_test.dir/tests/await/budget_test.c.o.d"
  "tests/await/budget_test"
  "tests/await/budget_test.pdb"
)

# Per-language clean rules from dependency scanning.
foreach(lang C)
  include(CMakeFiles/tests-await-budget_test.dir/cmake_clean_${lang}.cmake OPTIONAL)
endforeach()
