# edo_flags(target): how everything of edo's own is compiled.
function(edo_flags name)
    target_compile_definitions(${name} PRIVATE _GNU_SOURCE
        $<$<BOOL:${EDO_UCONTEXT}>:EDO_UCONTEXT=1>)
    target_compile_options(${name} PRIVATE -fno-omit-frame-pointer
        $<$<COMPILE_LANGUAGE:C>:-Wall;-Wextra;-Wpedantic;-Wshadow;-Wstrict-prototypes;-Wmissing-prototypes;-fno-semantic-interposition>
        $<$<BOOL:${EDO_WERROR}>:-Werror>)
    if(EDO_SANITIZE)
        target_compile_options(${name} PRIVATE -fsanitize=${EDO_SANITIZE} -fno-sanitize-recover=all)
        target_link_options(${name} PUBLIC -fsanitize=${EDO_SANITIZE})
    endif()
    if(EDO_COVERAGE)
        target_compile_options(${name} PRIVATE --coverage)
        target_link_options(${name} PUBLIC --coverage)
    endif()
endfunction()

# edo_short_copies(target): structs of a few words are cleared and copied by moves of a word each. gcc
# for x86-64 takes rep stos and rep movs above 32 bytes, whose start alone costs 10 ns, and vectors for
# what was just written word by word, which then have to wait until it has left the store buffer.
function(edo_short_copies name)
    include(CheckCCompilerFlag)
    set(by_moves unrolled_loop:512:noalign,libcall:-1:noalign)
    check_c_compiler_flag("-mmemset-strategy=${by_moves}" EDO_HAS_COPY_STRATEGY)
    if(EDO_HAS_COPY_STRATEGY)
        target_compile_options(${name} PRIVATE -fno-tree-vectorize
            -mmemset-strategy=${by_moves} -mmemcpy-strategy=${by_moves})
    endif()
endfunction()
