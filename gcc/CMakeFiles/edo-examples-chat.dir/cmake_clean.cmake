file(REMOVE_RECURSE
  "CMakeFiles/edo-examples-chat.dir/examples/chat.c.o"
  "CMakeFiles/edo-examples-chat.dir/examples/chat.c.o.d"
  "examples/chat"
  "examples/chat.pdb"
)

# Per-language clean rules from dependency scanning.
foreach(lang C)
  include(CMakeFiles/edo-examples-chat.dir/cmake_clean_${lang}.cmake OPTIONAL)
endforeach()
