# Empty compiler generated dependencies file for tests-misuse-first_mistakes_test.
# This may be replaced when dependencies are built.
