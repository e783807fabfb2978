file(REMOVE_RECURSE
  "CMakeFiles/tests-runtime-main_test.dir/tests/runtime/main_test.c.o"
  "CMakeFiles/tests-runtime-main_test.dir/tests/runtime/main_test.c.o.d"
  "tests/runtime/main_test"
  "tests/runtime/main_test.pdb"
)

# Per-language clean rules from dependency scanning.
foreach(lang C)
  include(CMakeFiles/tests-runtime-main_test.dir/cmake_clean_${lang}.cmake OPTIONAL)
endforeach()
