# Empty dependencies file for edo-examples-hello_world.
# This may be replaced when dependencies are built.
