/* team.h: tasks of one function that share the ops of a benchmark. */
#ifndef BENCH_TEAM_H
#define BENCH_TEAM_H

#include "harness/bench.h"

typedef struct member {
    bench *bench;
    void *shared;
    uint64_t ops; /* this task's share */
} member;

enum { TEAM_MAX = 8 };

/* Spawns `count` tasks, gives each a member, and joins them. */
void team_run(bench *b, unsigned count, int (*fn)(void *member), void *shared);

#endif
