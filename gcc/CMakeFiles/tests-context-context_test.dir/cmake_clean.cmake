file(REMOVE_RECURSE
  "CMakeFiles/tests-context-context_test.dir/tests/context/context_test.c.o"
  "CMakeFiles/tests-context-context_test.dir/tests/context/context_test.c.o.d"
  "tests/context/context_test"
  "tests/context/context_test.pdb"
)

# Per-language clean rules from dependency scanning.
foreach(lang C)
  include(CMakeFiles/tests-context-context_test.dir/cmake_clean_${lang}.cmake OPTIONAL)
endforeach()
