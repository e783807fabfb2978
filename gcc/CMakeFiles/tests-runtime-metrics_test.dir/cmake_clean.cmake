file(REMOVE_RECURSE
  "CMakeFiles/tests-runtime-metrics_test.dir/tests/runtime/metrics_test.c.o"
  "CMakeFiles/tests-runtime-metrics_test.dir/tests/runtime/metrics_test.c.o.d"
  "tests/runtime/metrics_test"
  "tests/runtime/metrics_test.pdb"
)

# Per-language clean rules from dependency scanning.
foreach(lang C)
  include(CMakeFiles/tests-runtime-metrics_test.dir/cmake_clean_${lang}.cmake OPTIONAL)
endforeach()
