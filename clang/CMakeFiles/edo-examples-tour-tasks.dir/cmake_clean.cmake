file(REMOVE_RECURSE
  "CMakeFiles/edo-examples-tour-tasks.dir/examples/tour/tasks.c.o"
  "CMakeFiles/edo-examples-tour-tasks.dir/examples/tour/tasks.c.o.d"
  "examples/tour/tasks"
  "examples/tour/tasks.pdb"
)

# Per-language clean rules from dependency scanning.
foreach(lang C)
  include(CMakeFiles/edo-examples-tour-tasks.dir/cmake_clean_${lang}.cmake OPTIONAL)
endforeach()
