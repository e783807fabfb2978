# Empty compiler generated dependencies file for edo-demo.
# This may be replaced when dependencies are built.
