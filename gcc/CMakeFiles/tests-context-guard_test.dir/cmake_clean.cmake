file(REMOVE_RECURSE
  "CMakeFiles/tests-context-guard_test.dir/tests/context/guard_test.c.o"
  "CMakeFiles/tests-context-guard_test.dir/tests/context/guard_test.c.o.d"
  "tests/context/guard_test"
  "tests/context/guard_test.pdb"
)

# Per-language clean rules from dependency scanning.
foreach(lang C)
  include(CMakeFiles/tests-context-guard_test.dir/cmake_clean_${lang}.cmake OPTIONAL)
endforeach()
