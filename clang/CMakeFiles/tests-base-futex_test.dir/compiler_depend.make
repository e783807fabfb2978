# Empty compiler generated dependencies file for tests-base-futex_test.
# This may be replaced when dependencies are built.
