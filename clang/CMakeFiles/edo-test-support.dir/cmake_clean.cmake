file(REMOVE_RECURSE
  "CMakeFiles/edo-test-support.dir/tests/support/edo_test.c.o"
  "CMakeFiles/edo-test-support.dir/tests/support/edo_test.c.o.d"
  "CMakeFiles/edo-test-support.dir/tests/support/edo_test_main.c.o"
  "CMakeFiles/edo-test-support.dir/tests/support/edo_test_main.c.o.d"
  "CMakeFiles/edo-test-support.dir/tests/support/fake_driver.c.o"
  "CMakeFiles/edo-test-support.dir/tests/support/fake_driver.c.o.d"
  "CMakeFiles/edo-test-support.dir/tests/support/forked.c.o"
  "CMakeFiles/edo-test-support.dir/tests/support/forked.c.o.d"
  "CMakeFiles/edo-test-support.dir/tests/support/gate.c.o"
  "CMakeFiles/edo-test-support.dir/tests/support/gate.c.o.d"
  "CMakeFiles/edo-test-support.dir/tests/support/probe.c.o"
  "CMakeFiles/edo-test-support.dir/tests/support/probe.c.o.d"
  "CMakeFiles/edo-test-support.dir/tests/support/support.c.o"
  "CMakeFiles/edo-test-support.dir/tests/support/support.c.o.d"
  "CMakeFiles/edo-test-support.dir/tests/support/tcp.c.o"
  "CMakeFiles/edo-test-support.dir/tests/support/tcp.c.o.d"
  "libedo-test-support.a"
  "libedo-test-support.pdb"
)

# Per-language clean rules from dependency scanning.
foreach(lang C)
  include(CMakeFiles/edo-test-support.dir/cmake_clean_${lang}.cmake OPTIONAL)
endforeach()
