/*
 * main.c: runs one benchmark and prints a line for each repetition.
 *
 *     edo-bench                  lists the benchmarks
 *     edo-bench NAME [threads=1] [ops=N] [repeat=5] [warm_ms=1000] [warm_ops=0] [flavor=auto]
 *
 * Without ops= they are doubled until a run takes a tenth of a second, and then twice as many have
 * to take about twice as long; `scale` is how much longer, and it is an error to be far off. The
 * warm-up runs the body for at least warm_ms, as the first touch of a stack costs more than all
 * that is measured; warm_ops is one run of that many, for counting tools, where two runs that
 * differ in ops alone are compared. flavor=multi takes the multi-thread runtime for one thread too.
 *
 * Fields, by tabs: name, "edo", threads, ops, ns per op, CPU ns per op, peak KiB, key=value ...
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/bench.h"

enum { REPEATS_MAX = 1000 };
#define LONG_ENOUGH 100000000u /* ns */

struct options {
    int threads;
    uint64_t ops, repeat, warm_ms, warm_ops;
    bool multi;
};

struct job {
    const bench_case *what;
    struct options opts;
};

static bench_case *cases;

void bench_register(bench_case *c)
{
    bench_case **end = &cases;

    while (*end)
        end = &(*end)->next;
    *end = c;
}

static bench run_once(const struct job *job, uint64_t ops)
{
    uint64_t unit = job->what->unit;
    bench b = {.name = job->what->name, .threads = job->opts.threads};

    b.ops = ops < unit ? unit : ops / unit * unit;
    job->what->body(&b);
    if (!b.stopped) {
        fprintf(stderr, "%s: was never stopped\n", b.name);
        exit(2);
    }
    return b;
}

static void warm_up(const struct job *job, uint64_t ops)
{
    uint64_t end = bench_now() + job->opts.warm_ms * 1000000;

    if (job->opts.warm_ops)
        run_once(job, job->opts.warm_ops);
    if (job->opts.warm_ms)
        do
            run_once(job, ops);
        while (bench_now() < end);
}

static uint64_t pick_ops(const struct job *job)
{
    uint64_t ops = job->what->unit;

    while (run_once(job, ops).used.wall_ns < LONG_ENOUGH)
        ops *= 2;
    return ops;
}

static void print_line(const bench *b)
{
    double ops = (double)b->ops;

    printf("%s\tedo\t%d\t%" PRIu64 "\t%.1f\t%.1f\t%" PRIu64
           "\tallocs_per_op=%.3f maps_per_op=%.4f faults_per_op=%.3f%s\n",
           b->name, b->threads, b->ops, (double)b->used.wall_ns / ops, (double)b->used.cpu_ns / ops,
           bench_proc("/proc/self/status", "VmHWM:") / 1024, (double)b->used.allocs / ops,
           (double)b->used.maps / ops, (double)b->used.faults / ops, b->extra);
    fflush(stdout);
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* How much longer twice the ops take, by medians of three; 2 is right. */
static double scale_of(const struct job *job, uint64_t ops)
{
    double once[3], twice[3];

    for (int i = 0; i < 3; i++) {
        once[i] = (double)run_once(job, ops).used.wall_ns;
        twice[i] = (double)run_once(job, 2 * ops).used.wall_ns;
    }
    qsort(once, 3, sizeof *once, compare_doubles);
    qsort(twice, 3, sizeof *twice, compare_doubles);
    return twice[1] / once[1];
}

static int measure(void *arg)
{
    struct job *job = arg;
    uint64_t repeat = job->opts.repeat, ops = job->opts.ops;
    double cpu[REPEATS_MAX], scale = 0;

    warm_up(job, ops ? ops : job->what->unit * 16);
    if (!ops) {
        ops = pick_ops(job);
        scale = scale_of(job, ops);
    }
    for (uint64_t i = 0; i < repeat; i++) {
        bench b = run_once(job, ops);
        cpu[i] = (double)b.used.cpu_ns / (double)b.ops;
        print_line(&b);
    }
    qsort(cpu, repeat, sizeof *cpu, compare_doubles);
    if (repeat > 1)
        fprintf(stderr, "%s: fastest %.1f, median %.1f CPU ns per op\n", job->what->name, cpu[0],
                cpu[repeat / 2]);
    if (scale > 0 && (scale < 1.5 || scale > 2.6)) {
        fprintf(stderr, "%s: twice the ops took %.2f times as long: not a cost per op\n",
                job->what->name, scale);
        return 3;
    }
    return 0;
}

static _Noreturn void usage(void)
{
    fprintf(stderr, "usage: edo-bench NAME [threads=1] [ops=N] [repeat=5] [warm_ms=1000] "
                    "[warm_ops=0] [flavor=auto|multi]\n");
    for (const bench_case *c = cases; c; c = c->next)
        fprintf(stderr, "  %s\n", c->name);
    exit(64);
}

static uint64_t number(const char *text)
{
    char *end;
    unsigned long long value = strtoull(text, &end, 10);

    if (end == text || *end)
        usage();
    return value;
}

static void parse_option(struct options *opts, const char *arg)
{
    if (strncmp(arg, "threads=", 8) == 0)
        opts->threads = (int)number(arg + 8);
    else if (strncmp(arg, "ops=", 4) == 0)
        opts->ops = number(arg + 4);
    else if (strncmp(arg, "repeat=", 7) == 0)
        opts->repeat = number(arg + 7);
    else if (strncmp(arg, "warm_ms=", 8) == 0)
        opts->warm_ms = number(arg + 8);
    else if (strncmp(arg, "warm_ops=", 9) == 0)
        opts->warm_ops = number(arg + 9);
    else if (strcmp(arg, "flavor=multi") == 0)
        opts->multi = true;
    else if (strcmp(arg, "flavor=auto") != 0)
        usage();
}

int main(int argc, char **argv)
{
    struct job job = {.opts = {.threads = 1, .repeat = 5, .warm_ms = 1000}};
    edo_runtime *runtime;

    if (argc < 2)
        usage();
    for (job.what = cases; job.what && strcmp(job.what->name, argv[1]) != 0;)
        job.what = job.what->next;
    for (int i = 2; i < argc; i++)
        parse_option(&job.opts, argv[i]);
    if (!job.what || job.opts.threads < 1 || job.opts.repeat > REPEATS_MAX)
        usage();
    bool multi = job.opts.multi || job.opts.threads > 1;
    int rc = edo_runtime_new(EDO_OPTS(runtime, .workers = job.opts.threads,
                                      .kind = multi ? EDO_MULTI_THREAD : EDO_CURRENT_THREAD),
                             &runtime);
    if (rc == 0) {
        rc = edo_block_on(runtime, measure, &job);
        int freed = edo_runtime_free(runtime);
        rc = rc ? rc : freed;
    }
    if (rc < 0)
        fprintf(stderr, "%s: %s\n", argv[1], edo_err_name(rc));
    return rc < 0 ? 2 : rc;
}
