# Empty compiler generated dependencies file for tests-time-paused_test.
# This may be replaced when dependencies are built.
