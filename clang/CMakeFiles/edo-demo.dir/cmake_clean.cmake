file(REMOVE_RECURSE
  "CMakeFiles/edo-demo.dir/programs/demo/latency.c.o"
  "CMakeFiles/edo-demo.dir/programs/demo/latency.c.o.d"
  "CMakeFiles/edo-demo.dir/programs/demo/load.c.o"
  "CMakeFiles/edo-demo.dir/programs/demo/load.c.o.d"
  "CMakeFiles/edo-demo.dir/programs/demo/main.c.o"
  "CMakeFiles/edo-demo.dir/programs/demo/main.c.o.d"
  "CMakeFiles/edo-demo.dir/programs/demo/progress.c.o"
  "CMakeFiles/edo-demo.dir/programs/demo/progress.c.o.d"
  "CMakeFiles/edo-demo.dir/programs/demo/server.c.o"
  "CMakeFiles/edo-demo.dir/programs/demo/server.c.o.d"
  "CMakeFiles/edo-demo.dir/programs/demo/text.c.o"
  "CMakeFiles/edo-demo.dir/programs/demo/text.c.o.d"
  "edo-demo"
  "edo-demo.pdb"
)

# Per-language clean rules from dependency scanning.
foreach(lang C)
  include(CMakeFiles/edo-demo.dir/cmake_clean_${lang}.cmake OPTIONAL)
endforeach()
