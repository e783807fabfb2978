# Empty compiler generated dependencies file for tests-base-error_test.
# This may be replaced when dependencies are built.
