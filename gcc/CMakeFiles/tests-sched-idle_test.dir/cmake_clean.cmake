file(REMOVE_RECURSE
  "CMakeFiles/tests-sched-idle_test.dir/tests/sched/idle_test.c.o"
  "CMakeFiles/tests-sched-idle_test.dir/tests/sched/idle_test.c.o.d"
  "tests/sched/idle_test"
  "tests/sched/idle_test.pdb"
)

# Per-language clean rules from dependency scanning.
foreach(lang C)
  include(CMakeFiles/tests-sched-idle_test.dir/cmake_clean_${lang}.cmake OPTIONAL)
endforeach()
