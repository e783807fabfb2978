# Empty dependencies file for tests-future-waker_test.
# This may be replaced when dependencies are built.
