# Empty dependencies file for tests-future-poll_contract_test.
# This may be replaced when dependencies are built.
