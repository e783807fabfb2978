file(REMOVE_RECURSE
  "libedo-test.a"
  "libedo-test.pdb"
)

# Per-language clean rules from dependency scanning.
foreach(lang C)
  include(CMakeFiles/edo-test.dir/cmake_clean_${lang}.cmake OPTIONAL)
endforeach()
