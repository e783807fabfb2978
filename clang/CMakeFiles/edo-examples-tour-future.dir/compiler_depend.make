# Empty compiler generated dependencies file for edo-examples-tour-future.
# This may be replaced when dependencies are built.
