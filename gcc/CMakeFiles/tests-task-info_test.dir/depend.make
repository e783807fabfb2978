# Empty dependencies file for tests-task-info_test.
# This may be replaced when dependencies are built.
