file(REMOVE_RECURSE
  "CMakeFiles/tests-stress-runtime_stress_test.dir/tests/stress/runtime_stress_test.c.o"
  "CMakeFiles/tests-stress-runtime_stress_test.dir/tests/stress/runtime_stress_test.c.o.d"
  "tests/stress/runtime_stress_test"
  "tests/stress/runtime_stress_test.pdb"
)

# Per-language clean rules from dependency scanning.
foreach(lang C)
  include(CMakeFiles/tests-stress-runtime_stress_test.dir/cmake_clean_${lang}.cmake OPTIONAL)
endforeach()
