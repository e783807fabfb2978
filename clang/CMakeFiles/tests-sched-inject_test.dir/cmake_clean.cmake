file(REMOVE_RECURSE
  "CMakeFiles/tests-sched-inject_test.dir/tests/sched/inject_test.c.o"
  "CMakeFiles/tests-sched-inject_test.dir/tests/sched/inject_test.c.o.d"
  "tests/sched/inject_test"
  "tests/sched/inject_test.pdb"
)

# Per-language clean rules from dependency scanning.
foreach(lang C)
  include(CMakeFiles/tests-sched-inject_test.dir/cmake_clean_${lang}.cmake OPTIONAL)
endforeach()
