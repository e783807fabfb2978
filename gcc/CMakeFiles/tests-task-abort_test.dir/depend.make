# Empty dependencies file for tests-task-abort_test.
# This may be replaced when dependencies are built.
