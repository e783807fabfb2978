file(REMOVE_RECURSE
  "CMakeFiles/tests-sched-scope_test.dir/tests/sched/scope_test.c.o"
  "CMakeFiles/tests-sched-scope_test.dir/tests/sched/scope_test.c.o.d"
  "tests/sched/scope_test"
  "tests/sched/scope_test.pdb"
)

# Per-language clean rules from dependency scanning.
foreach(lang C)
  include(CMakeFiles/tests-sched-scope_test.dir/cmake_clean_${lang}.cmake OPTIONAL)
endforeach()
