file(REMOVE_RECURSE
  "CMakeFiles/tests-context-unwind_test.dir/tests/context/unwind_test.c.o"
  "CMakeFiles/tests-context-unwind_test.dir/tests/context/unwind_test.c.o.d"
  "tests/context/unwind_test"
  "tests/context/unwind_test.pdb"
)

# Per-language clean rules from dependency scanning.
foreach(lang C)
  include(CMakeFiles/tests-context-unwind_test.dir/cmake_clean_${lang}.cmake OPTIONAL)
endforeach()
