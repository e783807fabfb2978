file(REMOVE_RECURSE
  "CMakeFiles/tests-future-poll_contract_test.dir/tests/future/poll_contract_test.c.o"
  "CMakeFiles/tests-future-poll_contract_test.dir/tests/future/poll_contract_test.c.o.d"
  "tests/future/poll_contract_test"
  "tests/future/poll_contract_test.pdb"
)

# Per-language clean rules from dependency scanning.
foreach(lang C)
  include(CMakeFiles/tests-future-poll_contract_test.dir/cmake_clean_${lang}.cmake OPTIONAL)
endforeach()
