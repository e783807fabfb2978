file(REMOVE_RECURSE
  "CMakeFiles/edo-examples-tour-start.dir/examples/tour/start.c.o"
  "CMakeFiles/edo-examples-tour-start.dir/examples/tour/start.c.o.d"
  "examples/tour/start"
  "examples/tour/start.pdb"
)

# Per-language clean rules from dependency scanning.
foreach(lang C)
  include(CMakeFiles/edo-examples-tour-start.dir/cmake_clean_${lang}.cmake OPTIONAL)
endforeach()
