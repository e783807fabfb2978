# Empty dependencies file for tests-context-unwind_test.
# This may be replaced when dependencies are built.
