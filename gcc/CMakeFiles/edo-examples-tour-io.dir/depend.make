# Empty dependencies file for edo-examples-tour-io.
# This may be replaced when dependencies are built.
