# Empty dependencies file for tests-await-join_all_test.
# This may be replaced when dependencies are built.
