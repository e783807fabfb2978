# Empty compiler generated dependencies file for edo-examples-tour-start.
# This may be replaced when dependencies are built.
