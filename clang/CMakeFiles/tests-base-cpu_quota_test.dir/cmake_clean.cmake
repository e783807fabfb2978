file(REMOVE_RECURSE
  "CMakeFiles/tests-base-cpu_quota_test.dir/tests/base/cpu_quota_test.c.o"
  "CMakeFiles/tests-base-cpu_quota_test.dir/tests/base/cpu_quota_test.c.o.d"
  "tests/base/cpu_quota_test"
  "tests/base/cpu_quota_test.pdb"
)

# Per-language clean rules from dependency scanning.
foreach(lang C)
  include(CMakeFiles/tests-base-cpu_quota_test.dir/cmake_clean_${lang}.cmake OPTIONAL)
endforeach()
