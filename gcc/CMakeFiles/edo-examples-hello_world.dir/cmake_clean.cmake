file(REMOVE_RECURSE
  "CMakeFiles/edo-examples-hello_world.dir/examples/hello_world.c.o"
  "CMakeFiles/edo-examples-hello_world.dir/examples/hello_world.c.o.d"
  "examples/hello_world"
  "examples/hello_world.pdb"
)

# Per-language clean rules from dependency scanning.
foreach(lang C)
  include(CMakeFiles/edo-examples-hello_world.dir/cmake_clean_${lang}.cmake OPTIONAL)
endforeach()
