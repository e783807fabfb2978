file(REMOVE_RECURSE
  "CMakeFiles/tests-net-tcp_listen_test.dir/tests/net/tcp_listen_test.c.o"
  "CMakeFiles/tests-net-tcp_listen_test.dir/tests/net/tcp_listen_test.c.o.d"
  "tests/net/tcp_listen_test"
  "tests/net/tcp_listen_test.pdb"
)

# Per-language clean rules from dependency scanning.
foreach(lang C)
  include(CMakeFiles/tests-net-tcp_listen_test.dir/cmake_clean_${lang}.cmake OPTIONAL)
endforeach()
