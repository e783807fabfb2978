# Empty dependencies file for tests-future-misuse_test.
# This may be replaced when dependencies are built.
