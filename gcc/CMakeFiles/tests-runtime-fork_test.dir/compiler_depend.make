# Empty compiler generated dependencies file for tests-runtime-fork_test.
# This may be replaced when dependencies are built.
