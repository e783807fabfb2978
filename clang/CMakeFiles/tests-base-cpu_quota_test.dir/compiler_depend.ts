# CMAKE generated file: DO NOT EDIT!
# Timestamp file for compiler generated dependencies management for tests-base-cpu_quota_test.
