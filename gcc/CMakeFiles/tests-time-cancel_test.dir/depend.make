# Empty dependencies file for tests-time-cancel_test.
# This may be replaced when dependencies are built.
