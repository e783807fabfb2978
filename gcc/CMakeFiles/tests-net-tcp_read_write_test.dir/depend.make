# Empty dependencies file for tests-net-tcp_read_write_test.
# This may be replaced when dependencies are built.
