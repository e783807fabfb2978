file(REMOVE_RECURSE
  "CMakeFiles/tests-time-paused_test.dir/tests/time/paused_test.c.o"
  "CMakeFiles/tests-time-paused_test.dir/tests/time/paused_test.c.o.d"
  "tests/time/paused_test"
  "tests/time/paused_test.pdb"
)

# Per-language clean rules from dependency scanning.
foreach(lang C)
  include(CMakeFiles/tests-time-paused_test.dir/cmake_clean_${lang}.cmake OPTIONAL)
endforeach()
