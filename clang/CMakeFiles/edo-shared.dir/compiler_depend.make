# Empty compiler generated dependencies file for edo-shared.
# This may be replaced when dependencies are built.
