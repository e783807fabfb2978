# Empty compiler generated dependencies file for tests-misuse-bad_input_test.
# This may be replaced when dependencies are built.
