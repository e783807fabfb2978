# Empty compiler generated dependencies file for edo-test.
# This may be replaced when dependencies are built.
