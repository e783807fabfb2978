file(REMOVE_RECURSE
  "CMakeFiles/edo-examples-tour-abort.dir/examples/tour/abort.c.o"
  "CMakeFiles/edo-examples-tour-abort.dir/examples/tour/abort.c.o.d"
  "examples/tour/abort"
  "examples/tour/abort.pdb"
)

# Per-language clean rules from dependency scanning.
foreach(lang C)
  include(CMakeFiles/edo-examples-tour-abort.dir/cmake_clean_${lang}.cmake OPTIONAL)
endforeach()
