# CMAKE generated file: DO NOT EDIT!
# Timestamp file for compiler generated dependencies management for tests-sched-run_queue_test.
