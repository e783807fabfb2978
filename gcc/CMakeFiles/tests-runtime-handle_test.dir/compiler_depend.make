# Empty compiler generated dependencies file for tests-runtime-handle_test.
# This may be replaced when dependencies are built.
