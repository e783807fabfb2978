# Empty dependencies file for tests-signal-signal_test.
# This may be replaced when dependencies are built.
