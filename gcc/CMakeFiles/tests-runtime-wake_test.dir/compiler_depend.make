# Empty compiler generated dependencies file for tests-runtime-wake_test.
# This may be replaced when dependencies are built.
