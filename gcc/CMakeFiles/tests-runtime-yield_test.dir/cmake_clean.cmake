file(REMOVE_RECURSE
  "CMakeFiles/tests-runtime-yield_test.dir/tests/runtime/yield_test.c.o"
  "CMakeFiles/tests-runtime-yield_test.dir/tests/runtime/yield_test.c.o.d"
  "tests/runtime/yield_test"
  "tests/runtime/yield_test.pdb"
)

# Per-language clean rules from dependency scanning.
foreach(lang C)
  include(CMakeFiles/tests-runtime-yield_test.dir/cmake_clean_${lang}.cmake OPTIONAL)
endforeach()
