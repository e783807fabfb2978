# Empty dependencies file for tests-task-yield_test.
# This may be replaced when dependencies are built.
