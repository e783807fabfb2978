# Empty dependencies file for tests-task-handle_test.
# This may be replaced when dependencies are built.
