file(REMOVE_RECURSE
  "CMakeFiles/tests-driver-wheel_test.dir/tests/driver/wheel_test.c.o"
  "CMakeFiles/tests-driver-wheel_test.dir/tests/driver/wheel_test.c.o.d"
  "tests/driver/wheel_test"
  "tests/driver/wheel_test.pdb"
)

# Per-language clean rules from dependency scanning.
foreach(lang C)
  include(CMakeFiles/tests-driver-wheel_test.dir/cmake_clean_${lang}.cmake OPTIONAL)
endforeach()
