/* runner.h: trials in processes of their own. */
#ifndef FAULTS_RUNNER_H
#define FAULTS_RUNNER_H

#include "faults/targets.h"
#include "faults/trial.h"

typedef struct tally {
    unsigned injected, told, borne;
    unsigned calls; /* the number of the last call that was made to fail */
} tally;

/* Once, before the rest. */
void runner_init(void);
/* What the scenario is measured by, once before its tries: a run without faults. False: it failed,
 * and why was said. */
bool runner_measure(const scenario *s);
/* Whether the scenario that was measured makes any of the calls. */
bool runner_makes(const target *t);
/*
 * Fails call 1, 2, ... of the target, `times` in a row, each in a new process, until one is not
 * reached; then, if `warm`, all of them in one process, which has to come out with no more than it
 * had. False: something did not hold, and it was said.
 */
bool runner_try(const scenario *s, const target *t, uint32_t times, bool warm, tally *ret);

#endif
