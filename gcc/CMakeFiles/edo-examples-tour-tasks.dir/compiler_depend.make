# Empty compiler generated dependencies file for edo-examples-tour-tasks.
# This may be replaced when dependencies are built.
