# Empty dependencies file for edo-test-objects.
# This may be replaced when dependencies are built.
