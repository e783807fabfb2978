file(REMOVE_RECURSE
  "CMakeFiles/edo-test-objects.dir/src/testing/assert.c.o"
  "CMakeFiles/edo-test-objects.dir/src/testing/assert.c.o.d"
  "CMakeFiles/edo-test-objects.dir/src/testing/test_task.c.o"
  "CMakeFiles/edo-test-objects.dir/src/testing/test_task.c.o.d"
)

# Per-language clean rules from dependency scanning.
foreach(lang C)
  include(CMakeFiles/edo-test-objects.dir/cmake_clean_${lang}.cmake OPTIONAL)
endforeach()
