file(REMOVE_RECURSE
  "CMakeFiles/tests-sched-polled_task_test.dir/tests/sched/polled_task_test.c.o"
  "CMakeFiles/tests-sched-polled_task_test.dir/tests/sched/polled_task_test.c.o.d"
  "tests/sched/polled_task_test"
  "tests/sched/polled_task_test.pdb"
)

# Per-language clean rules from dependency scanning.
foreach(lang C)
  include(CMakeFiles/tests-sched-polled_task_test.dir/cmake_clean_${lang}.cmake OPTIONAL)
endforeach()
