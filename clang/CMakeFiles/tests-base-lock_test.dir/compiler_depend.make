# Empty compiler generated dependencies file for tests-base-lock_test.
# This may be replaced when dependencies are built.
