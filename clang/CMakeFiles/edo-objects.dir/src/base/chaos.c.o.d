CMakeFiles/edo-objects.dir/src/base/chaos.c.o: \
 /work/main/src/base/chaos.c /usr/include/stdc-predef.h \
 /work/main/src/base/chaos.h \
 /usr/lib/gcc/x86_64-linux-gnu/12/include/stdbool.h \
 /work/main/src/base/macros.h \
 /usr/lib/gcc/x86_64-linux-gnu/12/include/stddef.h \
 /work/main/clang/include/edo/config.h
