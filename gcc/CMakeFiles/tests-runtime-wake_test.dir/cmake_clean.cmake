file(REMOVE_RECURSE
  "CMakeFiles/tests-runtime-wake_test.dir/tests/runtime/wake_test.c.o"
  "CMakeFiles/tests-runtime-wake_test.dir/tests/runtime/wake_test.c.o.d"
  "tests/runtime/wake_test"
  "tests/runtime/wake_test.pdb"
)

# Per-language clean rules from dependency scanning.
foreach(lang C)
  include(CMakeFiles/tests-runtime-wake_test.dir/cmake_clean_${lang}.cmake OPTIONAL)
endforeach()
