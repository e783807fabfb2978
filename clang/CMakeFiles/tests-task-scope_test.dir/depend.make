# Empty dependencies file for tests-task-scope_test.
# This may be replaced when dependencies are built.
