# Empty dependencies file for edo-test-support.
# This may be replaced when dependencies are built.
