# Empty compiler generated dependencies file for tests-sched-inject_test.
# This may be replaced when dependencies are built.
