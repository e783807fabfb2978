# Empty compiler generated dependencies file for tests-runtime-hook_test.
# This may be replaced when dependencies are built.
