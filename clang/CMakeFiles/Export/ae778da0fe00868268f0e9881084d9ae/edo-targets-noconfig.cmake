#----------------------------------------------------------------
# Generated CMake target import file.
#----------------------------------------------------------------

# Commands may need to know the format version.
set(CMAKE_IMPORT_FILE_VERSION 1)

# Import target "edo::edo" for configuration ""
set_property(TARGET edo::edo APPEND PROPERTY IMPORTED_CONFIGURATIONS NOCONFIG)
set_target_properties(edo::edo PROPERTIES
  IMPORTED_LOCATION_NOCONFIG "${_IMPORT_PREFIX}/lib/libedo.a"
  )

list(APPEND _cmake_import_check_targets edo::edo )
list(APPEND _cmake_import_check_files_for_edo::edo "${_IMPORT_PREFIX}/lib/libedo.a" )

# Import target "edo::edo-shared" for configuration ""
set_property(TARGET edo::edo-shared APPEND PROPERTY IMPORTED_CONFIGURATIONS NOCONFIG)
set_target_properties(edo::edo-shared PROPERTIES
  IMPORTED_LOCATION_NOCONFIG "${_IMPORT_PREFIX}/lib/libedo.so.0.1.0"
  IMPORTED_SONAME_NOCONFIG "libedo.so.0"
  )

list(APPEND _cmake_import_check_targets edo::edo-shared )
list(APPEND _cmake_import_check_files_for_edo::edo-shared "${_IMPORT_PREFIX}/lib/libedo.so.0.1.0" )

# Import target "edo::edo-test" for configuration ""
set_property(TARGET edo::edo-test APPEND PROPERTY IMPORTED_CONFIGURATIONS NOCONFIG)
set_target_properties(edo::edo-test PROPERTIES
  IMPORTED_LINK_INTERFACE_LANGUAGES_NOCONFIG "C"
  IMPORTED_LOCATION_NOCONFIG "${_IMPORT_PREFIX}/lib/libedo-test.a"
  )

list(APPEND _cmake_import_check_targets edo::edo-test )
list(APPEND _cmake_import_check_files_for_edo::edo-test "${_IMPORT_PREFIX}/lib/libedo-test.a" )

# Commands beyond this point should not need to know the version.
set(CMAKE_IMPORT_FILE_VERSION)
