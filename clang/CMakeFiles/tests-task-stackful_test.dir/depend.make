# Empty dependencies file for tests-task-stackful_test.
# This may be replaced when dependencies are built.
