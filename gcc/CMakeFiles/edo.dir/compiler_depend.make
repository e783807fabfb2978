# Empty compiler generated dependencies file for edo.
# This may be replaced when dependencies are built.
