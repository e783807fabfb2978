# Empty compiler generated dependencies file for edo-examples-tour-abort.
# This may be replaced when dependencies are built.
