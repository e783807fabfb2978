file(REMOVE_RECURSE
  "CMakeFiles/tests-base-sys_test.dir/tests/base/sys_test.c.o"
  "CMakeFiles/tests-base-sys_test.dir/tests/base/sys_test.c.o.d"
  "tests/base/sys_test"
  "tests/base/sys_test.pdb"
)

# Per-language clean rules from dependency scanning.
foreach(lang C)
  include(CMakeFiles/tests-base-sys_test.dir/cmake_clean_${lang}.cmake OPTIONAL)
endforeach()
