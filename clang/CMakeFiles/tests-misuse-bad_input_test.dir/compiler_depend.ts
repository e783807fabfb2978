# CMAKE generated file: DO NOT EDIT!
# Timestamp file for compiler generated dependencies management for tests-misuse-bad_input_test.
