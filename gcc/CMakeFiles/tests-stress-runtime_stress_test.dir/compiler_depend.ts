# CMAKE generated file: DO NOT EDIT!
# Timestamp file for compiler generated dependencies management for tests-stress-runtime_stress_test.
