file(REMOVE_RECURSE
  "CMakeFiles/tests-misuse-bad_input_test.dir/tests/misuse/bad_input_test.c.o"
  "CMakeFiles/tests-misuse-bad_input_test.dir/tests/misuse/bad_input_test.c.o.d"
  "tests/misuse/bad_input_test"
  "tests/misuse/bad_input_test.pdb"
)

# Per-language clean rules from dependency scanning.
foreach(lang C)
  include(CMakeFiles/tests-misuse-bad_input_test.dir/cmake_clean_${lang}.cmake OPTIONAL)
endforeach()
