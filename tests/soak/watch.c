/*
 * watch.c: what must not grow, and what must.
 *
 * Settled    The first fifth of the run, at least a minute and at most ten, is for caches and pools to
 *            fill. The highest sample of that time is the mark.
 * Growth     From then on the lowest sample of each minute may not be above the mark by more than a
 *            tenth and a small constant: peaks come and go, a leak lifts the lowest as well.
 * Progress   Each kind of work has to end a round every 60 s; else the process aborts, so that
 *            whoever looks finds all the threads in the core file.
 */
#include "soak/soak.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/atomic.h"

enum { STALLED_S = 60, SETTLE_AT_LEAST_S = 60, SETTLE_AT_MOST_S = 600 };
enum { RSS_KIB, DESCRIPTORS, MAP_ENTRIES, TASKS, THREADS, FIGURES };

static const struct {
    const char *name;
    uint64_t slack; /* beside a tenth */
} figures[FIGURES] = {{"KiB of memory", 8192},
                      {"descriptors", 30},
                      {"map entries", 140}, /* 60, and 4 of each of the threads that are borne */
                      {"live tasks", 500},
                      {"threads", 20}};

typedef struct sample {
    uint64_t is[FIGURES];
} sample;

static uint64_t entries(const char *path)
{
    DIR *dir = opendir(path);
    uint64_t count = 0;

    while (dir && readdir(dir))
        count++;
    if (dir)
        closedir(dir);
    return count;
}

static uint64_t map_entries(void)
{
    FILE *maps = fopen("/proc/self/maps", "re");
    uint64_t lines = 0;
    int c;

    while (maps && (c = getc(maps)) != EOF)
        lines += c == '\n';
    if (maps)
        fclose(maps);
    return lines;
}

static uint64_t rss_kib(void)
{
    FILE *statm = fopen("/proc/self/statm", "re");
    unsigned long size = 0, resident = 0;

    if (!statm || fscanf(statm, "%lu %lu", &size, &resident) != 2)
        resident = 0;
    if (statm)
        fclose(statm);
    return resident * (uint64_t)sysconf(_SC_PAGESIZE) / 1024;
}

static sample take_sample(const edo_handle *handle)
{
    edo_metrics m;

    SOAK_OK(edo_handle_metrics(handle, &m));
    return (sample){.is = {rss_kib(), entries("/proc/self/fd"), map_entries(), m.alive_tasks,
                           entries("/proc/self/task")}};
}

/* ---- progress ---- */

typedef struct pace {
    uint64_t rounds, since; /* and the second in which it last grew */
} pace;

static void check_pace(const work *w, pace *p, uint64_t second)
{
    uint64_t rounds = a_load(&w->rounds, relaxed);

    if (rounds != p->rounds) {
        *p = (pace){rounds, second};
    } else if (second - p->since > STALLED_S) {
        fprintf(stderr, "FAIL %s: no round has ended for %d s\n", w->name, STALLED_S);
        abort();
    }
}

static void check_progress(uint64_t second)
{
    static pace of_tasks[16], of_threads[16];

    for (unsigned i = 0; task_work[i].name; i++)
        check_pace(&task_work[i], &of_tasks[i], second);
    for (unsigned i = 0; thread_work[i].name; i++)
        check_pace(&thread_work[i], &of_threads[i], second);
}

static void print_rounds(const work *list)
{
    for (const work *w = list; w->name; w++)
        printf(" %s %llu", w->name, (unsigned long long)a_load(&w->rounds, relaxed));
}

/* ---- growth ---- */

static void raise_mark(sample *mark, const sample *now)
{
    for (int i = 0; i < FIGURES; i++)
        if (now->is[i] > mark->is[i])
            mark->is[i] = now->is[i];
}

static void lower(sample *lowest, const sample *now)
{
    for (int i = 0; i < FIGURES; i++)
        if (now->is[i] < lowest->is[i])
            lowest->is[i] = now->is[i];
}

static uint64_t limit(const sample *mark, int i)
{
    return mark->is[i] + mark->is[i] / 10 + figures[i].slack;
}

/* Which figures of a minute are too high, as bits. */
static unsigned grown(const sample *mark, const sample *lowest)
{
    unsigned bits = 0;

    for (int i = 0; i < FIGURES; i++) {
        if (lowest->is[i] <= limit(mark, i))
            continue;
        printf("FAIL %s: never below %llu in this minute; %llu is the most\n", figures[i].name,
               (unsigned long long)lowest->is[i], (unsigned long long)limit(mark, i));
        bits |= 1U << i;
    }
    return bits;
}

static void print_minute(uint64_t minute, const sample *lowest, bool settled)
{
    printf("minute %llu:", (unsigned long long)minute);
    for (int i = 0; i < FIGURES; i++)
        printf(" %llu %s,", (unsigned long long)lowest->is[i], figures[i].name);
    printf(" rounds of");
    print_rounds(task_work);
    print_rounds(thread_work);
    printf("%s\n", settled ? "" : " (settling)");
    fflush(stdout);
}

static uint64_t settling_time(uint64_t seconds)
{
    uint64_t fifth = seconds / 5;

    if (fifth < SETTLE_AT_LEAST_S)
        return SETTLE_AT_LEAST_S;
    return fifth < SETTLE_AT_MOST_S ? fifth : SETTLE_AT_MOST_S;
}

/* To the second: signals of the work cut sleeps short. */
static void sleep_until(const struct timespec *at)
{
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, at, NULL) != 0)
        ;
}

unsigned watch(uint64_t seconds, const edo_handle *handle, unsigned *ret_checks)
{
    sample mark = {{0}}, lowest;
    unsigned bad = 0, count = 0;
    uint64_t settled_at = settling_time(seconds);

    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    memset(&lowest, 0xff, sizeof lowest);
    for (uint64_t second = 1; second <= seconds; second++) {
        at.tv_sec++;
        sleep_until(&at);
        sample now = take_sample(handle);
        check_progress(second);
        lower(&lowest, &now);
        if (second <= settled_at)
            raise_mark(&mark, &now);
        if (second % 60 != 0)
            continue;
        print_minute(second / 60, &lowest, second > settled_at);
        if (second > settled_at + 59) /* a whole minute of it */
            bad |= grown(&mark, &lowest);
        memset(&lowest, 0xff, sizeof lowest);
    }
    for (int i = 0; i < FIGURES; i++)
        count += bad >> i & 1;
    *ret_checks = FIGURES;
    return count;
}
