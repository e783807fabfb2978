file(REMOVE_RECURSE
  "CMakeFiles/tests-runtime-progress_test.dir/tests/runtime/progress_test.c.o"
  "CMakeFiles/tests-runtime-progress_test.dir/tests/runtime/progress_test.c.o.d"
  "tests/runtime/progress_test"
  "tests/runtime/progress_test.pdb"
)

# Per-language clean rules from dependency scanning.
foreach(lang C)
  include(CMakeFiles/tests-runtime-progress_test.dir/cmake_clean_${lang}.cmake OPTIONAL)
endforeach()
