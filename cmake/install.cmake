# Headers, libraries, edo.pc and the package that find_package(edo) finds. All of it may be moved.
include(CMakePackageConfigHelpers)

install(DIRECTORY include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h")
install(FILES ${PROJECT_BINARY_DIR}/include/edo/config.h
    DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/edo)
set(edo_installed edo edo-shared)
if(EDO_WITH_TEST_UTIL)
    list(APPEND edo_installed edo-test)
endif()
install(TARGETS ${edo_installed} EXPORT edo-targets
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})

file(RELATIVE_PATH EDO_PC_PREFIX
    /${CMAKE_INSTALL_LIBDIR}/pkgconfig /) # from edo.pc back to the prefix
configure_file(cmake/edo.pc.in ${PROJECT_BINARY_DIR}/edo.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/edo.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/edo)
install(EXPORT edo-targets NAMESPACE edo:: DESTINATION ${package_dir})
configure_file(cmake/edo-config.cmake.in ${PROJECT_BINARY_DIR}/edo-config.cmake @ONLY)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/edo-config-version.cmake
    COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/edo-config.cmake ${PROJECT_BINARY_DIR}/edo-config-version.cmake
    DESTINATION ${package_dir})

# The gdb commands; beside the library as well, where gdb loads them by itself if its
# auto-load safe-path allows it.
install(FILES tools/edo-gdb.py DESTINATION ${CMAKE_INSTALL_DATADIR}/edo)
install(FILES tools/edo-gdb.py DESTINATION ${CMAKE_INSTALL_LIBDIR}
    RENAME $<TARGET_FILE_NAME:edo-shared>-gdb.py)
