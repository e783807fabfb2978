file(REMOVE_RECURSE
  "CMakeFiles/tests-runtime-block_on_test.dir/tests/runtime/block_on_test.c.o"
  "CMakeFiles/tests-runtime-block_on_test.dir/tests/runtime/block_on_test.c.o.d"
  "tests/runtime/block_on_test"
  "tests/runtime/block_on_test.pdb"
)

# Per-language clean rules from dependency scanning.
foreach(lang C)
  include(CMakeFiles/tests-runtime-block_on_test.dir/cmake_clean_${lang}.cmake OPTIONAL)
endforeach()
