# Empty dependencies file for tests-base-thread_test.
# This may be replaced when dependencies are built.
