file(REMOVE_RECURSE
  "CMakeFiles/tests-runtime-fork_test.dir/tests/runtime/fork_test.c.o"
  "CMakeFiles/tests-runtime-fork_test.dir/tests/runtime/fork_test.c.o.d"
  "tests/runtime/fork_test"
  "tests/runtime/fork_test.pdb"
)

# Per-language clean rules from dependency scanning.
foreach(lang C)
  include(CMakeFiles/tests-runtime-fork_test.dir/cmake_clean_${lang}.cmake OPTIONAL)
endforeach()
