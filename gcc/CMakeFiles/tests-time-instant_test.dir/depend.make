# Empty dependencies file for tests-time-instant_test.
# This may be replaced when dependencies are built.
