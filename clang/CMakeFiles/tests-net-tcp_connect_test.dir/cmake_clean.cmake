file(REMOVE_RECURSE
  "CMakeFiles/tests-net-tcp_connect_test.dir/tests/net/tcp_connect_test.c.o"
  "CMakeFiles/tests-net-tcp_connect_test.dir/tests/net/tcp_connect_test.c.o.d"
  "tests/net/tcp_connect_test"
  "tests/net/tcp_connect_test.pdb"
)

# Per-language clean rules from dependency scanning.
foreach(lang C)
  include(CMakeFiles/tests-net-tcp_connect_test.dir/cmake_clean_${lang}.cmake OPTIONAL)
endforeach()
