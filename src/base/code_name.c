/*
 * code_name.c: a cache before symbol.c, which reads a file's whole table for each address.
 *
 * An address has one place in it, which the next one with the same place takes over.
 */
#include "base/code_name.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/symbol.h"

#define PLACES 512

typedef struct named {
    uintptr_t pc; /* 0: empty */
    unsigned function_len;
    char text[180];
} named;

struct code_names {
    symbol_file file;
    named places[PLACES];
};

int code_names_new(code_names **ret)
{
    *ret = calloc(1, sizeof **ret);
    return *ret ? 0 : -ENOMEM;
}

void code_names_free(code_names *names)
{
    if (!names)
        return;
    symbol_file_close(&names->file);
    free(names);
}

static void find(code_names *names, uintptr_t pc, named *n)
{
    symbol s;
    int used = 0;

    symbol_find(&names->file, pc, &s);
    n->pc = pc;
    n->function_len = s.function ? (unsigned)strnlen(s.function, 100) : 0;
    if (s.function)
        used = snprintf(n->text, sizeof n->text, "%.100s+0x%" PRIxPTR " ", s.function, s.into);
    snprintf(n->text + used, sizeof n->text - (size_t)used, "(%s%s0x%" PRIxPTR ")",
             s.path ? s.path : "", s.path ? "+" : "", s.offset);
}

static const named *look_up(code_names *names, uintptr_t pc)
{
    named *n = &names->places[(pc ^ pc >> 9) % PLACES];

    if (n->pc != pc)
        find(names, pc, n);
    return n;
}

const char *code_name(code_names *names, uintptr_t pc)
{
    return look_up(names, pc)->text;
}

bool code_function(code_names *names, uintptr_t pc, char *to, size_t room)
{
    const named *n = look_up(names, pc);

    snprintf(to, room, "%.*s", (int)n->function_len, n->text);
    return n->function_len > 0;
}
