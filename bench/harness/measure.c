/* measure.c: what a benchmark used between its start and its stop. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "harness/bench.h"

uint64_t bench_now(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

static uint64_t timeval_ns(struct timeval tv)
{
    return (uint64_t)tv.tv_sec * 1000000000u + (uint64_t)tv.tv_usec * 1000u;
}

static bench_usage usage_now(void)
{
    struct rusage ru;

    getrusage(RUSAGE_SELF, &ru);
    return (bench_usage){.wall_ns = bench_now(),
                         .cpu_ns = timeval_ns(ru.ru_utime) + timeval_ns(ru.ru_stime),
                         .faults = (uint64_t)ru.ru_minflt,
                         .allocs = bench_allocs(),
                         .maps = bench_maps()};
}

static _Noreturn void give_up(const bench *b, const char *why)
{
    fprintf(stderr, "%s: %s\n", b->name, why);
    exit(2);
}

void bench_start(bench *b)
{
    if (b->started)
        give_up(b, "started twice");
    b->started = true;
    b->begun = usage_now();
}

void bench_stop(bench *b)
{
    bench_usage end = usage_now();

    if (!b->started || b->stopped)
        give_up(b, "stopped without a start, or twice");
    b->stopped = true;
    b->used = (bench_usage){.wall_ns = end.wall_ns - b->begun.wall_ns,
                            .cpu_ns = end.cpu_ns - b->begun.cpu_ns,
                            .faults = end.faults - b->begun.faults,
                            .allocs = end.allocs - b->begun.allocs,
                            .maps = end.maps - b->begun.maps};
}

void bench_fail(const bench *b, int64_t rc)
{
    fprintf(stderr, "%s: %s\n", b->name, edo_err_name((int)rc));
    exit(2);
}

void bench_equal(bench *b, uint64_t got, uint64_t want)
{
    if (!b->stopped)
        give_up(b, "checked a result before the stop");
    if (got != want) {
        fprintf(stderr, "%s: got %" PRIu64 ", wanted %" PRIu64 "\n", b->name, got, want);
        exit(2);
    }
}

void bench_report(bench *b, const char *key, uint64_t value)
{
    size_t at = strlen(b->extra);

    snprintf(b->extra + at, sizeof b->extra - at, " %s=%" PRIu64, key, value);
}

uint64_t bench_proc(const char *path, const char *field)
{
    FILE *file = fopen(path, "r");
    uint64_t kib, sum = 0;
    char line[256];

    if (!file) {
        perror(path);
        exit(2);
    }
    while (fgets(line, sizeof line, file))
        if (strncmp(line, field, strlen(field)) == 0 &&
            sscanf(line + strlen(field), "%" SCNu64, &kib) == 1)
            sum += kib * 1024;
    fclose(file);
    return sum;
}
