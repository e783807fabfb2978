# Empty dependencies file for tests-await-await_test.
# This may be replaced when dependencies are built.
