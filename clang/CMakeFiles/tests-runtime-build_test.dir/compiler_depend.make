# Empty compiler generated dependencies file for tests-runtime-build_test.
# This may be replaced when dependencies are built.
