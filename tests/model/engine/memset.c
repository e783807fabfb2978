/*
 * memset.c: the instrumented program's memcpy and memset, which are plain accesses, too. Its
 * compiler is told not to know them; the engine's own calls are of memory that nobody watches.
 */
#include <string.h>

#include "engine/internal.h"

void __tsan_read_range(void *p, unsigned long size);
void __tsan_write_range(void *p, unsigned long size);
void *model_memcpy(void *to, const void *from, size_t size);
void *model_memset(void *to, int c, size_t size);

void *model_memcpy(void *to, const void *from, size_t size)
{
    __tsan_read_range((void *)(uintptr_t)from, size);
    __tsan_write_range(to, size);
    return memcpy(to, from, size);
}

void *model_memset(void *to, int c, size_t size)
{
    __tsan_write_range(to, size);
    return memset(to, c, size);
}
