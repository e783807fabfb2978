# Empty dependencies file for edo-examples-tour-time.
# This may be replaced when dependencies are built.
