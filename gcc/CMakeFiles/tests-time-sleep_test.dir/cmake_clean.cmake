file(REMOVE_RECURSE
  "CMakeFiles/tests-time-sleep_test.dir/tests/time/sleep_test.c.o"
  "CMakeFiles/tests-time-sleep_test.dir/tests/time/sleep_test.c.o.d"
  "tests/time/sleep_test"
  "tests/time/sleep_test.pdb"
)

# Per-language clean rules from dependency scanning.
foreach(lang C)
  include(CMakeFiles/tests-time-sleep_test.dir/cmake_clean_${lang}.cmake OPTIONAL)
endforeach()
