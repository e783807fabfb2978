file(REMOVE_RECURSE
  "CMakeFiles/tests-future-waker_test.dir/tests/future/waker_test.c.o"
  "CMakeFiles/tests-future-waker_test.dir/tests/future/waker_test.c.o.d"
  "tests/future/waker_test"
  "tests/future/waker_test.pdb"
)

# Per-language clean rules from dependency scanning.
foreach(lang C)
  include(CMakeFiles/tests-future-waker_test.dir/cmake_clean_${lang}.cmake OPTIONAL)
endforeach()
