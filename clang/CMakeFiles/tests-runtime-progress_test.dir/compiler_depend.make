# Empty compiler generated dependencies file for tests-runtime-progress_test.
# This may be replaced when dependencies are built.
