file(REMOVE_RECURSE
  "CMakeFiles/tests-runtime-hook_test.dir/tests/runtime/hook_test.c.o"
  "CMakeFiles/tests-runtime-hook_test.dir/tests/runtime/hook_test.c.o.d"
  "tests/runtime/hook_test"
  "tests/runtime/hook_test.pdb"
)

# Per-language clean rules from dependency scanning.
foreach(lang C)
  include(CMakeFiles/tests-runtime-hook_test.dir/cmake_clean_${lang}.cmake OPTIONAL)
endforeach()
