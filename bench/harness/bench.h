/*
 * bench.h: what a benchmark is written with.
 *
 *     EDO_BENCH(name, 1000) { ... bench_start(b); ... b->ops ops ... bench_stop(b); checks }
 *
 * The body runs in the root task of a runtime with b->threads workers (one: the current-thread
 * runtime). It does b->ops ops, a multiple of the unit in EDO_BENCH, and checks after the stop that
 * they really happened: a wrong result ends the program with status 2. The comment above it says
 * what one op is.
 */
#ifndef BENCH_HARNESS_H
#define BENCH_HARNESS_H

#include <stdarg.h>

#include <edo.h>

typedef struct bench_usage {
    uint64_t wall_ns;
    uint64_t cpu_ns; /* user and system, of all threads */
    uint64_t faults; /* minor page faults */
    uint64_t allocs; /* calls of malloc and its kin */
    uint64_t maps;   /* calls of mmap */
} bench_usage;

typedef struct bench {
    uint64_t ops;
    int threads;
    const char *name;
    /* Private. */
    bench_usage begun, used;
    bool started, stopped;
    char extra[256];
} bench;

typedef struct bench_case {
    const char *name;
    uint64_t unit; /* ops are a multiple of it */
    void (*body)(bench *b);
    struct bench_case *next;
} bench_case;

void bench_register(bench_case *c);

#define EDO_BENCH(name, unit)                                                                      \
    static void bench_##name(bench *b);                                                            \
    __attribute__((constructor)) static void register_##name(void)                                 \
    {                                                                                              \
        static bench_case self = {#name, (unit), bench_##name, NULL};                              \
        bench_register(&self);                                                                     \
    }                                                                                              \
    static void bench_##name(bench *b)

/* The measured stretch; once in a body. */
void bench_start(bench *b);
void bench_stop(bench *b);
_Noreturn void bench_fail(const bench *b, int64_t rc);
/* A negative rc, or two numbers that differ: says so and ends the program. The check is a part of
 * each op, as it is of the peers'. */
static inline void bench_check(const bench *b, int64_t rc)
{
    if (rc < 0)
        bench_fail(b, rc);
}
void bench_equal(bench *b, uint64_t got, uint64_t want);
/* Adds "key=value" to the benchmark's line; values of one run, not per op. */
void bench_report(bench *b, const char *key, uint64_t value);

/* The monotonic clock of the system, in ns. */
uint64_t bench_now(void);
/* A field of a file of /proc in bytes, summed over its lines: bench_proc("/proc/self/status", "VmRSS:"). */
uint64_t bench_proc(const char *path, const char *field);

/* Calls of malloc and mmap so far: see allocs.c. */
uint64_t bench_allocs(void);
uint64_t bench_maps(void);

/* The sum 0 + 1 + ... + n-1. */
static inline uint64_t bench_sum_below(uint64_t n)
{
    return n ? n * (n - 1) / 2 : 0;
}

#endif
