# Empty compiler generated dependencies file for tests-base-cpu_quota_test.
# This may be replaced when dependencies are built.
