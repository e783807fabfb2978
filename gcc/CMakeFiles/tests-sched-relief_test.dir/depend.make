# Empty dependencies file for tests-sched-relief_test.
# This may be replaced when dependencies are built.
