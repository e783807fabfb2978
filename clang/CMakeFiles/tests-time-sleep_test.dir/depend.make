# Empty dependencies file for tests-time-sleep_test.
# This may be replaced when dependencies are built.
