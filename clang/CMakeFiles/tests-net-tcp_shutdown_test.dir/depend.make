# Empty dependencies file for tests-net-tcp_shutdown_test.
# This may be replaced when dependencies are built.
