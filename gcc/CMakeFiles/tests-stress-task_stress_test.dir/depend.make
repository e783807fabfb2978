# Empty dependencies file for tests-stress-task_stress_test.
# This may be replaced when dependencies are built.
