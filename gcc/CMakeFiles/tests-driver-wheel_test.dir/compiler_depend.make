# Empty compiler generated dependencies file for tests-driver-wheel_test.
# This may be replaced when dependencies are built.
