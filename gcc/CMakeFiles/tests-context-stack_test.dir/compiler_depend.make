# Empty compiler generated dependencies file for tests-context-stack_test.
# This may be replaced when dependencies are built.
