# Empty dependencies file for tests-await-budget_test.
# This may be replaced when dependencies are built.
