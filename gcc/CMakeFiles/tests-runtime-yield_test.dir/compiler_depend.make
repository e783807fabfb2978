# Empty compiler generated dependencies file for tests-runtime-yield_test.
# This may be replaced when dependencies are built.
