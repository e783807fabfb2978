# Empty dependencies file for tests-net-tcp_put_back_test.
# This may be replaced when dependencies are built.
