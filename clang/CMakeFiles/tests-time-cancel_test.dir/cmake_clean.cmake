file(REMOVE_RECURSE
  "CMakeFiles/tests-time-cancel_test.dir/tests/time/cancel_test.c.o"
  "CMakeFiles/tests-time-cancel_test.dir/tests/time/cancel_test.c.o.d"
  "tests/time/cancel_test"
  "tests/time/cancel_test.pdb"
)

# Per-language clean rules from dependency scanning.
foreach(lang C)
  include(CMakeFiles/tests-time-cancel_test.dir/cmake_clean_${lang}.cmake OPTIONAL)
endforeach()
