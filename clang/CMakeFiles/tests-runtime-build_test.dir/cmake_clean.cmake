file(REMOVE_RECURSE
  "CMakeFiles/tests-runtime-build_test.dir/tests/runtime/build_test.c.o"
  "CMakeFiles/tests-runtime-build_test.dir/tests/runtime/build_test.c.o.d"
  "tests/runtime/build_test"
  "tests/runtime/build_test.pdb"
)

# Per-language clean rules from dependency scanning.
foreach(lang C)
  include(CMakeFiles/tests-runtime-build_test.dir/cmake_clean_${lang}.cmake OPTIONAL)
endforeach()
