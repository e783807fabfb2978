# EDO_LINK_OBJECTS: the command that makes one object of many; -o and the objects are to follow.
#
# Objects for link-time optimization hold no machine code, or that and the compiler's own form of
# it, in which names can't be made local. So they are optimized here, as a whole, and libedo.a holds
# machine code alone: it links with or without LTO, by either compiler and any version of it, and no
# function of edo's is inlined into the user's.
set(EDO_LINK_OBJECTS ${CMAKE_LINKER} -r)
if(CMAKE_INTERPROCEDURAL_OPTIMIZATION OR CMAKE_C_FLAGS MATCHES "(^| )-flto")
    string(TOUPPER "${CMAKE_BUILD_TYPE}" type)
    separate_arguments(flags UNIX_COMMAND "${CMAKE_C_FLAGS} ${CMAKE_C_FLAGS_${type}}")
    set(EDO_LINK_OBJECTS ${CMAKE_C_COMPILER} ${flags} -flto -r -nostdlib)
    if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
        list(APPEND EDO_LINK_OBJECTS -flinker-output=nolto-rel)
    else()
        list(APPEND EDO_LINK_OBJECTS -fuse-ld=lld)
    endif()
endif()
