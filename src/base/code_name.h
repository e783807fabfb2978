/* base/code_name.h: names of many addresses of code, of which most come again and again. */
#ifndef BASE_CODE_NAME_H
#define BASE_CODE_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct code_names code_names;

/* 0; -ENOMEM. */
int code_names_new(code_names **ret);
void code_names_free(code_names *names);
/* "function+0x12 (/path+0x345)", as far as it is known. Good until the next call. */
const char *code_name(code_names *names, uintptr_t pc);
/* The function's name alone; false: it isn't known. What has no room is cut off. */
bool code_function(code_names *names, uintptr_t pc, char *to, size_t room);

#endif
