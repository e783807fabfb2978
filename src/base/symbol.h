/* base/symbol.h: which function of which file an address of code belongs to. */
#ifndef BASE_SYMBOL_H
#define BASE_SYMBOL_H

#include <stddef.h>
#include <stdint.h>

/* The file that was looked into last, mapped. Zeros are none. */
typedef struct symbol_file {
    const char *path;
    const unsigned char *map;
    size_t len;
    char program[256]; /* the program's own path, once it was asked for */
} symbol_file;

typedef struct symbol {
    const char *path;     /* of the program or library; NULL: not known */
    uintptr_t offset;     /* in it, as addr2line(1) takes it */
    const char *function; /* NULL: not known; good until the file is closed */
    uintptr_t into;       /* bytes from the function's begin */
} symbol;

/* Finds out what it can. Async-signal-safe; allocates nothing, takes no lock. */
void symbol_find(symbol_file *file, uintptr_t pc, symbol *ret);
void symbol_file_close(symbol_file *file);

#endif
