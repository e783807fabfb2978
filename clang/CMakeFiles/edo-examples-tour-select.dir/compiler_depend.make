# Empty compiler generated dependencies file for edo-examples-tour-select.
# This may be replaced when dependencies are built.
