# Empty dependencies file for tests-runtime-main_test.
# This may be replaced when dependencies are built.
