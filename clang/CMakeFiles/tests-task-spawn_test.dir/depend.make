# Empty dependencies file for tests-task-spawn_test.
# This may be replaced when dependencies are built.
