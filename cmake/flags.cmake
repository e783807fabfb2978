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
