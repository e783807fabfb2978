# Empty compiler generated dependencies file for tests-net-addr_test.
# This may be replaced when dependencies are built.
