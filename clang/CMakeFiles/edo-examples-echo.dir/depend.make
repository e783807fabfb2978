# Empty dependencies file for edo-examples-echo.
# This may be replaced when dependencies are built.
