# Empty dependencies file for tests-task-join_test.
# This may be replaced when dependencies are built.
