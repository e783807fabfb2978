# Empty compiler generated dependencies file for tests-runtime-metrics_test.
# This may be replaced when dependencies are built.
