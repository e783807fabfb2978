# Empty dependencies file for tests-runtime-shutdown_test.
# This may be replaced when dependencies are built.
