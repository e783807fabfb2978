# Empty compiler generated dependencies file for tests-sched-polled_task_test.
# This may be replaced when dependencies are built.
