# Empty compiler generated dependencies file for tests-sched-idle_test.
# This may be replaced when dependencies are built.
