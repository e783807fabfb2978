# cmake -DNM= -DOBJCOPY= -DDIR= -DOBJECTS= -P hide-names.cmake: copies objects into DIR, in which every
# name that is not edo_something is edo__something: they are edo's own, and can't meet a user's.
execute_process(COMMAND ${NM} --extern-only --defined-only ${OBJECTS}
    OUTPUT_VARIABLE symbols ERROR_VARIABLE said RESULT_VARIABLE failed)
if(failed)
    message(FATAL_ERROR "${NM}: ${failed}: ${said}")
endif()
string(REGEX MATCHALL "[0-9a-f]+ [A-Z] [^ \n]+" symbols "${symbols}")
list(TRANSFORM symbols REPLACE "^[0-9a-f]+ [A-Z] " "")
list(FILTER symbols EXCLUDE REGEX "^edo_")
list(REMOVE_DUPLICATES symbols)
list(SORT symbols)
set(map "")
foreach(symbol ${symbols})
    string(APPEND map "${symbol} edo__${symbol}\n")
endforeach()
file(MAKE_DIRECTORY ${DIR})
file(WRITE ${DIR}/names.txt "${map}")

foreach(object ${OBJECTS})
    # CMakeFiles/x.dir/src/net/tcp/stream.c.o
    string(REGEX REPLACE "^.*\\.dir/(\\./)?src/(.*)\\.[cS]\\.o$" "\\2" part ${object})
    string(REPLACE "/" "-" part ${part})
    execute_process(COMMAND ${OBJCOPY} --redefine-syms=${DIR}/names.txt ${object} ${DIR}/${part}.o
        RESULT_VARIABLE failed)
    if(failed)
        message(FATAL_ERROR "${OBJCOPY} ${object}: ${failed}")
    endif()
endforeach()
