file(REMOVE_RECURSE
  "CMakeFiles/tests-runtime-shutdown_test.dir/tests/runtime/shutdown_test.c.o"
  "CMakeFiles/tests-runtime-shutdown_test.dir/tests/runtime/shutdown_test.c.o.d"
  "tests/runtime/shutdown_test"
  "tests/runtime/shutdown_test.pdb"
)

# Per-language clean rules from dependency scanning.
foreach(lang C)
  include(CMakeFiles/tests-runtime-shutdown_test.dir/cmake_clean_${lang}.cmake OPTIONAL)
endforeach()
