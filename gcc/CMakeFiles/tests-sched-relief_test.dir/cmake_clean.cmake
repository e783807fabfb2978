file(REMOVE_RECURSE
  "CMakeFiles/tests-sched-relief_test.dir/tests/sched/relief_test.c.o"
  "CMakeFiles/tests-sched-relief_test.dir/tests/sched/relief_test.c.o.d"
  "tests/sched/relief_test"
  "tests/sched/relief_test.pdb"
)

# Per-language clean rules from dependency scanning.
foreach(lang C)
  include(CMakeFiles/tests-sched-relief_test.dir/cmake_clean_${lang}.cmake OPTIONAL)
endforeach()
