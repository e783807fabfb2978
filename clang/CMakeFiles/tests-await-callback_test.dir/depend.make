# Empty dependencies file for tests-await-callback_test.
# This may be replaced when dependencies are built.
