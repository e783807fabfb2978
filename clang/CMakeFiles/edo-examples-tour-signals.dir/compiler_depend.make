# Empty compiler generated dependencies file for edo-examples-tour-signals.
# This may be replaced when dependencies are built.
