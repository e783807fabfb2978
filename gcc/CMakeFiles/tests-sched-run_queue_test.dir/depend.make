# Empty dependencies file for tests-sched-run_queue_test.
# This may be replaced when dependencies are built.
