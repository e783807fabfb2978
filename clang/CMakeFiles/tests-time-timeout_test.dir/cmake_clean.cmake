file(REMOVE_RECURSE
  "CMakeFiles/tests-time-timeout_test.dir/tests/time/timeout_test.c.o"
  "CMakeFiles/tests-time-timeout_test.dir/tests/time/timeout_test.c.o.d"
  "tests/time/timeout_test"
  "tests/time/timeout_test.pdb"
)

# Per-language clean rules from dependency scanning.
foreach(lang C)
  include(CMakeFiles/tests-time-timeout_test.dir/cmake_clean_${lang}.cmake OPTIONAL)
endforeach()
