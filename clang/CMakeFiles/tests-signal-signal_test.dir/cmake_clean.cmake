file(REMOVE_RECURSE
  "CMakeFiles/tests-signal-signal_test.dir/tests/signal/signal_test.c.o"
  "CMakeFiles/tests-signal-signal_test.dir/tests/signal/signal_test.c.o.d"
  "tests/signal/signal_test"
  "tests/signal/signal_test.pdb"
)

# Per-language clean rules from dependency scanning.
foreach(lang C)
  include(CMakeFiles/tests-signal-signal_test.dir/cmake_clean_${lang}.cmake OPTIONAL)
endforeach()
