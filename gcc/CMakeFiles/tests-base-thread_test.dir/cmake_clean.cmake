file(REMOVE_RECURSE
  "CMakeFiles/tests-base-thread_test.dir/tests/base/thread_test.c.o"
  "CMakeFiles/tests-base-thread_test.dir/tests/base/thread_test.c.o.d"
  "tests/base/thread_test"
  "tests/base/thread_test.pdb"
)

# Per-language clean rules from dependency scanning.
foreach(lang C)
  include(CMakeFiles/tests-base-thread_test.dir/cmake_clean_${lang}.cmake OPTIONAL)
endforeach()
