# Empty compiler generated dependencies file for edo-internal.
# This may be replaced when dependencies are built.
