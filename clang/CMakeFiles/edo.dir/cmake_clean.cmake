file(REMOVE_RECURSE
  "edo.o"
  "libedo.a"
  "libedo.pdb"
)

# Per-language clean rules from dependency scanning.
foreach(lang )
  include(CMakeFiles/edo.dir/cmake_clean_${lang}.cmake OPTIONAL)
endforeach()
