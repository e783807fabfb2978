file(REMOVE_RECURSE
  "libedo.pdb"
  "libedo.so"
  "libedo.so.0"
  "libedo.so.0.1.0"
)

# Per-language clean rules from dependency scanning.
foreach(lang ASM C)
  include(CMakeFiles/edo-shared.dir/cmake_clean_${lang}.cmake OPTIONAL)
endforeach()
