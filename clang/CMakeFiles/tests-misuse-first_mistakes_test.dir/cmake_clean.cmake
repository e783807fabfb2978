file(REMOVE_RECURSE
  "CMakeFiles/tests-misuse-first_mistakes_test.dir/tests/misuse/first_mistakes_test.c.o"
  "CMakeFiles/tests-misuse-first_mistakes_test.dir/tests/misuse/first_mistakes_test.c.o.d"
  "tests/misuse/first_mistakes_test"
  "tests/misuse/first_mistakes_test.pdb"
)

# Per-language clean rules from dependency scanning.
foreach(lang C)
  include(CMakeFiles/tests-misuse-first_mistakes_test.dir/cmake_clean_${lang}.cmake OPTIONAL)
endforeach()
