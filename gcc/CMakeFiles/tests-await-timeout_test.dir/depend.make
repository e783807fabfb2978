# Empty dependencies file for tests-await-timeout_test.
# This may be replaced when dependencies are built.
