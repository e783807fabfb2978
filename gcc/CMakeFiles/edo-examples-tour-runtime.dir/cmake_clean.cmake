file(REMOVE_RECURSE
  "CMakeFiles/edo-examples-tour-runtime.dir/examples/tour/runtime.c.o"
  "CMakeFiles/edo-examples-tour-runtime.dir/examples/tour/runtime.c.o.d"
  "examples/tour/runtime"
  "examples/tour/runtime.pdb"
)

# Per-language clean rules from dependency scanning.
foreach(lang C)
  include(CMakeFiles/edo-examples-tour-runtime.dir/cmake_clean_${lang}.cmake OPTIONAL)
endforeach()
