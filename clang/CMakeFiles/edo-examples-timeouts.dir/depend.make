# Empty dependencies file for edo-examples-timeouts.
# This may be replaced when dependencies are built.
