file(REMOVE_RECURSE
  "CMakeFiles/edo-examples-tour-time.dir/examples/tour/time.c.o"
  "CMakeFiles/edo-examples-tour-time.dir/examples/tour/time.c.o.d"
  "examples/tour/time"
  "examples/tour/time.pdb"
)

# Per-language clean rules from dependency scanning.
foreach(lang C)
  include(CMakeFiles/edo-examples-tour-time.dir/cmake_clean_${lang}.cmake OPTIONAL)
endforeach()
