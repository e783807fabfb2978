# Empty dependencies file for tests-context-context_test.
# This may be replaced when dependencies are built.
