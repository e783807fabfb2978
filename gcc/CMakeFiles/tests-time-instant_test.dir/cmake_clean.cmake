file(REMOVE_RECURSE
  "CMakeFiles/tests-time-instant_test.dir/tests/time/instant_test.c.o"
  "CMakeFiles/tests-time-instant_test.dir/tests/time/instant_test.c.o.d"
  "tests/time/instant_test"
  "tests/time/instant_test.pdb"
)

# Per-language clean rules from dependency scanning.
foreach(lang C)
  include(CMakeFiles/tests-time-instant_test.dir/cmake_clean_${lang}.cmake OPTIONAL)
endforeach()
