file(REMOVE_RECURSE
  "CMakeFiles/tests-context-stack_test.dir/tests/context/stack_test.c.o"
  "CMakeFiles/tests-context-stack_test.dir/tests/context/stack_test.c.o.d"
  "tests/context/stack_test"
  "tests/context/stack_test.pdb"
)

# Per-language clean rules from dependency scanning.
foreach(lang C)
  include(CMakeFiles/tests-context-stack_test.dir/cmake_clean_${lang}.cmake OPTIONAL)
endforeach()
