# Empty dependencies file for tests-testing-test_task_test.
# This may be replaced when dependencies are built.
