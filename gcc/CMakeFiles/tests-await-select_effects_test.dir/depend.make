# Empty dependencies file for tests-await-select_effects_test.
# This may be replaced when dependencies are built.
