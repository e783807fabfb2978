# Empty compiler generated dependencies file for edo-examples-chat.
# This may be replaced when dependencies are built.
