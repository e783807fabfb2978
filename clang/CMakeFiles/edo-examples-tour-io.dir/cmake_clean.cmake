file(REMOVE_RECURSE
  "CMakeFiles/edo-examples-tour-io.dir/examples/tour/io.c.o"
  "CMakeFiles/edo-examples-tour-io.dir/examples/tour/io.c.o.d"
  "examples/tour/io"
  "examples/tour/io.pdb"
)

# Per-language clean rules from dependency scanning.
foreach(lang C)
  include(CMakeFiles/edo-examples-tour-io.dir/cmake_clean_${lang}.cmake OPTIONAL)
endforeach()
