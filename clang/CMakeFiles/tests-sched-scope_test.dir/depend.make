# Empty dependencies file for tests-sched-scope_test.
# This may be replaced when dependencies are built.
