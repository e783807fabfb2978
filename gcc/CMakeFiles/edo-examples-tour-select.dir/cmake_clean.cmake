file(REMOVE_RECURSE
  "CMakeFiles/edo-examples-tour-select.dir/examples/tour/select.c.o"
  "CMakeFiles/edo-examples-tour-select.dir/examples/tour/select.c.o.d"
  "examples/tour/select"
  "examples/tour/select.pdb"
)

# Per-language clean rules from dependency scanning.
foreach(lang C)
  include(CMakeFiles/edo-examples-tour-select.dir/cmake_clean_${lang}.cmake OPTIONAL)
endforeach()
