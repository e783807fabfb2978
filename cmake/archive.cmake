# edo_archive(name objects [source ...]): name.a, which shows no name but edo's.
#
# Of the sources that are given, each has an object of its own in it, so that a program takes what it
# uses. Names of edo's that only edo uses can't be made local then; cmake/hide-names.cmake lets them begin
# with edo__. Without sources, and when edo is optimized as a whole, it is one object, in which every
# name without EDO_API has become local.
#
# Objects for link-time optimization hold no machine code, or that and the compiler's own form of
# it, in which names can't be made local. So they are optimized here, as a whole, and libedo.a holds
# machine code alone: it links with or without LTO, by either compiler and any version of it, and no
# function of edo's is inlined into the user's.
set(EDO_LINK_OBJECTS ${CMAKE_LINKER} -r)
set(EDO_OPTIMIZED_AS_A_WHOLE OFF)
if(CMAKE_INTERPROCEDURAL_OPTIMIZATION OR CMAKE_C_FLAGS MATCHES "(^| )-flto")
    set(EDO_OPTIMIZED_AS_A_WHOLE ON)
    string(TOUPPER "${CMAKE_BUILD_TYPE}" type)
    separate_arguments(flags UNIX_COMMAND "${CMAKE_C_FLAGS} ${CMAKE_C_FLAGS_${type}}")
    set(EDO_LINK_OBJECTS ${CMAKE_C_COMPILER} ${flags} -flto -r -nostdlib)
    if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
        list(APPEND EDO_LINK_OBJECTS -flinker-output=nolto-rel)
    else()
        list(APPEND EDO_LINK_OBJECTS -fuse-ld=lld)
    endif()
endif()

# parts/net-tcp-stream.o for src/net/tcp/stream.c: the names in libedo.a say what is in them.
function(edo_part_names result)
    set(names "")
    foreach(source ${ARGN})
        file(RELATIVE_PATH part ${PROJECT_SOURCE_DIR}/src ${source})
        string(REGEX REPLACE "\\.[cS]$" "" part ${part})
        string(REPLACE "/" "-" part ${part})
        list(APPEND names ${PROJECT_BINARY_DIR}/parts/${part}.o)
    endforeach()
    set(${result} ${names} PARENT_SCOPE)
endfunction()

function(edo_archive name objects)
    if(ARGN AND NOT EDO_OPTIMIZED_AS_A_WHOLE)
        edo_part_names(parts ${ARGN})
        add_custom_command(OUTPUT ${parts}
            COMMAND ${CMAKE_COMMAND} -DNM=${CMAKE_NM} -DOBJCOPY=${CMAKE_OBJCOPY}
                -DDIR=${PROJECT_BINARY_DIR}/parts "-DOBJECTS=$<TARGET_OBJECTS:${objects}>"
                -P ${PROJECT_SOURCE_DIR}/cmake/hide-names.cmake
            DEPENDS ${objects} $<TARGET_OBJECTS:${objects}>
                ${PROJECT_SOURCE_DIR}/cmake/hide-names.cmake
            COMMENT "Hiding names in the objects of ${name}" VERBATIM)
    else()
        set(parts ${PROJECT_BINARY_DIR}/${name}.o)
        add_custom_command(OUTPUT ${parts}
            COMMAND ${EDO_LINK_OBJECTS} -o ${parts} $<TARGET_OBJECTS:${objects}>
            COMMAND ${CMAKE_OBJCOPY} --localize-hidden ${parts}
            DEPENDS ${objects} $<TARGET_OBJECTS:${objects}>
            COMMAND_EXPAND_LISTS VERBATIM)
    endif()
    add_library(${name} STATIC ${parts})
    set_target_properties(${name} PROPERTIES LINKER_LANGUAGE C)
endfunction()
