# Empty compiler generated dependencies file for tests-runtime-block_on_test.
# This may be replaced when dependencies are built.
