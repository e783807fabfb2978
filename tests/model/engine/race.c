/*
 * race.c: plain accesses: data races, and touches of memory that was freed.
 *
 * The program is compiled with -fsanitize=thread, but for whose calls this file answers: it is told
 * of every plain access, and asks whether the last ones by other threads happened before. Eight
 * bytes of memory have a record of up to six accesses. A plain store to a place that is used by
 * atomics as well becomes one of its stores.
 */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "engine/internal.h"

#define RECORDS 6

typedef struct record {
    uint8_t mask; /* which of the eight bytes */
    uint8_t by : 4, write : 1, atomic : 1;
    uint16_t clock;
    uint32_t where; /* of the code, or of the model_place: an offset into the program */
} record;

struct shadow {
    uint64_t run;       /* of which the rest is; else it means nothing */
    uint16_t location;  /* 1 + the index of an atomic place that begins here */
    uint16_t location4; /* and four bytes further on */
    bool freed;
    uint8_t count;
    record records[RECORDS];
};

extern char __executable_start[];

static struct shadow *shadow_map(size_t bytes)
{
    return mmap(NULL, bytes / 8 * sizeof(struct shadow), PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
}

void race_init(void)
{
    M->shadow = shadow_map(REGION_BYTES);
    M->data_shadow = shadow_map(M->data_size + 64);
}

/* NULL: memory that isn't the program's. */
static struct shadow *shadow_of(uintptr_t addr)
{
    struct shadow *s;

    if (in_region((void *)addr))
        s = &M->shadow[(addr - (uintptr_t)M->region) / 8];
    else if (addr >= (uintptr_t)M->data_start && addr < (uintptr_t)M->data_start + M->data_size)
        s = &M->data_shadow[addr / 8 - (uintptr_t)M->data_start / 8];
    else
        return NULL;
    if (s->run != M->run) {
        s->run = M->run;
        s->location = s->location4 = 0;
        s->freed = false;
        s->count = 0;
    }
    return s;
}

void race_note_location(const void *addr, unsigned index)
{
    struct shadow *s = shadow_of((uintptr_t)addr);

    if (s && (uintptr_t)addr % 8 == 4)
        s->location4 = (uint16_t)(index + 1);
    else if (s)
        s->location = (uint16_t)(index + 1);
}

static void describe(char *to, size_t size, const record *r)
{
    char command[256], exe[128] = "";
    const char *kind = r->write ? "writes" : "reads";

    if (r->atomic) {
        const model_place *p = (const model_place *)(void *)(__executable_start + r->where);
        snprintf(to, size, "T%u %s:%d %s", r->by, short_path(p->file), p->line, p->what);
        return;
    }
    FILE *self = fopen("/proc/self/cmdline", "r");
    if (self) {
        size_t n = fread(exe, 1, sizeof exe - 1, self);
        exe[n] = '\0';
        fclose(self);
    }
    snprintf(command, sizeof command, "addr2line -e '%s' %p 2>/dev/null", exe,
             (void *)(__executable_start + r->where - 1));
    FILE *out = popen(command, "r");
    char line[160] = "?";
    if (out && fgets(line, sizeof line, out))
        line[strcspn(line, "\n")] = '\0';
    if (out)
        pclose(out);
    line[strcspn(line, " ")] = '\0'; /* without the discriminator */
    snprintf(to, size, "T%u %s at %s", r->by, kind, short_path(line));
}

static void say_race(const record *a, const record *b)
{
    char first[200], second[200];

    describe(first, sizeof first, a);
    describe(second, sizeof second, b);
    model_fail("data race: %s, and %s", first, second);
}

static bool conflicts(const record *a, const record *b)
{
    return a->by != b->by && (a->mask & b->mask) && (a->write || b->write) &&
           !(a->atomic && b->atomic) && !view_has(&me()->now, a->by, a->clock);
}

static void check_granule(uintptr_t addr, record r)
{
    struct shadow *s = shadow_of(addr);
    int place = -1;

    if (!s)
        return;
    if (s->freed) {
        char text[200];
        describe(text, sizeof text, &r);
        model_fail("memory that was freed: %s", text);
    }
    for (unsigned i = 0; i < s->count; i++) {
        record *old = &s->records[i];
        if (conflicts(old, &r))
            say_race(old, &r);
        if (old->mask == r.mask && old->by == r.by && old->write == r.write &&
            old->atomic == r.atomic)
            place = (int)i;
    }
    if (place < 0) {
        if (s->count < RECORDS)
            place = s->count++;
        else
            place = (int)(r.clock % RECORDS); /* one is forgotten */
    }
    s->records[place] = r;
}

static void check(uintptr_t addr, size_t size, bool write, bool atomic, const void *where)
{
    record r = {.by = (uint8_t)M->self,
                .write = write,
                .atomic = atomic,
                .clock = me()->now.clock[M->self],
                .where = (uint32_t)((const char *)where - __executable_start)};

    while (size > 0) {
        size_t offset = addr % 8, n = size < 8 - offset ? size : 8 - offset;
        r.mask = (uint8_t)(((1u << n) - 1) << offset);
        check_granule(addr, r);
        addr += n;
        size -= n;
    }
}

void race_atomic(const void *addr, size_t size, bool write, const model_place *place)
{
    check((uintptr_t)addr, size, write, true, place);
}

/* Freeing is a store to all of it, which has to come after every other access. */
void race_freed(const void *addr, size_t size, const void *pc)
{
    if (M->active)
        check((uintptr_t)addr, size, true, false, pc);
    for (size_t i = 0; i < size; i += 8) {
        struct shadow *s = shadow_of((uintptr_t)addr + i);
        if (s)
            s->freed = true;
    }
}

void model_reads(const void *place, unsigned long size);
void model_writes(const void *place, unsigned long size);

void model_reads(const void *place, unsigned long size)
{
    if (M->active && M->self)
        check((uintptr_t)place, size, false, false, __builtin_return_address(0));
}

void model_writes(const void *place, unsigned long size)
{
    if (M->active && M->self)
        check((uintptr_t)place, size, true, false, __builtin_return_address(0));
}

static void plain(const void *p, size_t size, bool write, const void *pc)
{
    if (!M || !M->active || M->self == 0)
        return;
    check((uintptr_t)p, size, write, false, pc);
    if (!write)
        return;
    for (uintptr_t at = (uintptr_t)p & ~(uintptr_t)7; at < (uintptr_t)p + size; at += 8) {
        struct shadow *s = shadow_of(at);
        if (s && s->location && at + 4 > (uintptr_t)p)
            plain_store(s->location - 1u);
        if (s && s->location4 && at + 4 < (uintptr_t)p + size)
            plain_store(s->location4 - 1u);
    }
}

/* --- what the compiler calls -------------------------------------------------------------- */

#define PC __builtin_return_address(0)
#define ACCESS(n)                                                                                  \
    void __tsan_read##n(void *p);                                                                  \
    void __tsan_write##n(void *p);                                                                 \
    void __tsan_unaligned_read##n(void *p);                                                        \
    void __tsan_unaligned_write##n(void *p);                                                       \
    void __tsan_read##n(void *p)                                                                   \
    {                                                                                              \
        plain(p, n, false, PC);                                                                    \
    }                                                                                              \
    void __tsan_write##n(void *p)                                                                  \
    {                                                                                              \
        plain(p, n, true, PC);                                                                     \
    }                                                                                              \
    void __tsan_unaligned_read##n(void *p)                                                         \
    {                                                                                              \
        plain(p, n, false, PC);                                                                    \
    }                                                                                              \
    void __tsan_unaligned_write##n(void *p)                                                        \
    {                                                                                              \
        plain(p, n, true, PC);                                                                     \
    }
ACCESS(1)
ACCESS(2)
ACCESS(4)
ACCESS(8)
ACCESS(16)

void __tsan_init(void);
void __tsan_func_entry(void *pc);
void __tsan_func_exit(void);
void __tsan_read_range(void *p, unsigned long size);
void __tsan_write_range(void *p, unsigned long size);

void __tsan_init(void) {}

void __tsan_func_entry(void *pc)
{
    (void)pc;
}

void __tsan_func_exit(void) {}

void __tsan_read_range(void *p, unsigned long size)
{
    plain(p, size, false, PC);
}

void __tsan_write_range(void *p, unsigned long size)
{
    plain(p, size, true, PC);
}
