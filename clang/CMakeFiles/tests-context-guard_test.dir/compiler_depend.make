# Empty compiler generated dependencies file for tests-context-guard_test.
# This may be replaced when dependencies are built.
