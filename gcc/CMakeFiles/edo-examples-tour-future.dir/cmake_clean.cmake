file(REMOVE_RECURSE
  "CMakeFiles/edo-examples-tour-future.dir/examples/tour/future.c.o"
  "CMakeFiles/edo-examples-tour-future.dir/examples/tour/future.c.o.d"
  "examples/tour/future"
  "examples/tour/future.pdb"
)

# Per-language clean rules from dependency scanning.
foreach(lang C)
  include(CMakeFiles/edo-examples-tour-future.dir/cmake_clean_${lang}.cmake OPTIONAL)
endforeach()
