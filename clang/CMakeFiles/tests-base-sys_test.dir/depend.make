# Empty dependencies file for tests-base-sys_test.
# This may be replaced when dependencies are built.
