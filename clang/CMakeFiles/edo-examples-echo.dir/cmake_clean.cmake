file(REMOVE_RECURSE
  "CMakeFiles/edo-examples-echo.dir/examples/echo.c.o"
  "CMakeFiles/edo-examples-echo.dir/examples/echo.c.o.d"
  "examples/echo"
  "examples/echo.pdb"
)

# Per-language clean rules from dependency scanning.
foreach(lang C)
  include(CMakeFiles/edo-examples-echo.dir/cmake_clean_${lang}.cmake OPTIONAL)
endforeach()
