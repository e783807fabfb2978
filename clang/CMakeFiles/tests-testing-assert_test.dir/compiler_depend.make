# Empty compiler generated dependencies file for tests-testing-assert_test.
# This may be replaced when dependencies are built.
