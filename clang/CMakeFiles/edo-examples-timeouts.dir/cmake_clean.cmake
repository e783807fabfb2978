file(REMOVE_RECURSE
  "CMakeFiles/edo-examples-timeouts.dir/examples/timeouts.c.o"
  "CMakeFiles/edo-examples-timeouts.dir/examples/timeouts.c.o.d"
  "examples/timeouts"
  "examples/timeouts.pdb"
)

# Per-language clean rules from dependency scanning.
foreach(lang C)
  include(CMakeFiles/edo-examples-timeouts.dir/cmake_clean_${lang}.cmake OPTIONAL)
endforeach()
