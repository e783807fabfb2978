file(REMOVE_RECURSE
  "libedo-internal.a"
  "libedo-internal.pdb"
)

# Per-language clean rules from dependency scanning.
foreach(lang ASM C)
  include(CMakeFiles/edo-internal.dir/cmake_clean_${lang}.cmake OPTIONAL)
endforeach()
