file(REMOVE_RECURSE
  "CMakeFiles/tests-net-addr_test.dir/tests/net/addr_test.c.o"
  "CMakeFiles/tests-net-addr_test.dir/tests/net/addr_test.c.o.d"
  "tests/net/addr_test"
  "tests/net/addr_test.pdb"
)

# Per-language clean rules from dependency scanning.
foreach(lang C)
  include(CMakeFiles/tests-net-addr_test.dir/cmake_clean_${lang}.cmake OPTIONAL)
endforeach()
