file(REMOVE_RECURSE
  "CMakeFiles/tests-sched-run_queue_test.dir/tests/sched/run_queue_test.c.o"
  "CMakeFiles/tests-sched-run_queue_test.dir/tests/sched/run_queue_test.c.o.d"
  "tests/sched/run_queue_test"
  "tests/sched/run_queue_test.pdb"
)

# Per-language clean rules from dependency scanning.
foreach(lang C)
  include(CMakeFiles/tests-sched-run_queue_test.dir/cmake_clean_${lang}.cmake OPTIONAL)
endforeach()
