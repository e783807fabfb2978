# Empty dependencies file for tests-stress-runtime_stress_test.
# This may be replaced when dependencies are built.
