# Empty compiler generated dependencies file for tests-time-timeout_test.
# This may be replaced when dependencies are built.
