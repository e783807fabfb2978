# Empty dependencies file for tests-base-random_test.
# This may be replaced when dependencies are built.
