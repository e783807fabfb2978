file(REMOVE_RECURSE
  "CMakeFiles/edo-examples-tour-signals.dir/examples/tour/signals.c.o"
  "CMakeFiles/edo-examples-tour-signals.dir/examples/tour/signals.c.o.d"
  "examples/tour/signals"
  "examples/tour/signals.pdb"
)

# Per-language clean rules from dependency scanning.
foreach(lang C)
  include(CMakeFiles/edo-examples-tour-signals.dir/cmake_clean_${lang}.cmake OPTIONAL)
endforeach()
