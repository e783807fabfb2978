# Empty dependencies file for edo-examples-tour-runtime.
# This may be replaced when dependencies are built.
