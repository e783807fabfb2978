# Empty dependencies file for tests-base-duration_test.
# This may be replaced when dependencies are built.
