/* team.c: spawning and joining a team. */
#include "micro/team.h"

void team_run(bench *b, unsigned count, int (*fn)(void *member), void *shared)
{
    member members[TEAM_MAX];
    edo_task tasks[TEAM_MAX];

    for (unsigned i = 0; i < count; i++) {
        members[i] = (member){.bench = b, .shared = shared, .ops = b->ops / count};
        bench_check(b, edo_spawn(fn, &members[i], &tasks[i]));
    }
    for (unsigned i = 0; i < count; i++)
        bench_check(b, edo_join(tasks[i], NULL));
}
