file(REMOVE_RECURSE
  "CMakeFiles/tests-runtime-handle_test.dir/tests/runtime/handle_test.c.o"
  "CMakeFiles/tests-runtime-handle_test.dir/tests/runtime/handle_test.c.o.d"
  "tests/runtime/handle_test"
  "tests/runtime/handle_test.pdb"
)

# Per-language clean rules from dependency scanning.
foreach(lang C)
  include(CMakeFiles/tests-runtime-handle_test.dir/cmake_clean_${lang}.cmake OPTIONAL)
endforeach()
