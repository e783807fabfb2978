# CMAKE generated file: DO NOT EDIT!
# Timestamp file for compiler generated dependencies management for tests-net-tcp_listen_test.
