/*
 * engine/model.h: what a scenario of the model checker is made of.
 *
 * A scenario is a setup, up to seven threads and a check. The checker runs it again and again, each
 * time in another order and with other values read, until all that the bounds allow was seen.
 * docs/internals/model-checker.md says how it works.
 */
#ifndef MODEL_ENGINE_MODEL_H
#define MODEL_ENGINE_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MODEL_THREADS_MAX 7

typedef struct model_scenario {
    const char *name;
    /* Makes what the threads share; nothing is a choice yet. May call model_thread. */
    void (*setup)(void);
    /* One function a thread. Threads may start more by base/thread.h. */
    void (*threads[MODEL_THREADS_MAX])(void);
    /* After the last thread has ended, with everything in sight. */
    void (*check)(void);
    /* The outcomes that must be seen, all of them and no other, as said by model_outcome; separated
     * by blanks. NULL: the scenario reports none. */
    const char *outcomes;
    /* Bounds other than the usual ones; 0: as usual. */
    unsigned preemptions, weak;
    bool no_weak;  /* every load reads the newest store: for large scenarios */
    bool may_hang; /* threads left asleep at the end are no failure */
} model_scenario;

/* The main function of a model program. */
int model_main(int argc, char **argv, const char *name, const model_scenario *scenarios, size_t n);
#define MODEL_PROGRAM(name, scenarios)                                                             \
    int main(int argc, char **argv)                                                                \
    {                                                                                              \
        return model_main(argc, argv, name, scenarios, sizeof(scenarios) / sizeof *(scenarios));   \
    }

/* Ends the run as failed, with the order of events that led to it. */
void model_fail(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));
#define model_assert(what)                                                                         \
    ((what) ? (void)0 : model_fail("%s:%d: not true: %s", __FILE__, __LINE__, #what))
/* In check: what this run came to, in a word without blanks. */
void model_outcome(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* A name for a place in memory, in the printed order of events. */
void model_name(const void *place, const char *name);
/* An event of the scenario's own, in the printed order. */
void model_note(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Accesses to this memory are no choices: counters that nothing depends on. */
void model_ignore(const void *place, size_t size);

/* Whether memory that malloc and its kin gave out in this run was freed. */
bool model_is_freed(const void *memory);

/* Waits until ready(arg) is true: for scenarios, where a real thread would be asleep. */
void model_wait_until(bool (*ready)(void *arg), void *arg, const char *why);
/* Asks a question by looking at memory as it is: no accesses of the run. */
bool model_peek(bool (*question)(void *arg), void *arg);
/* The system has no membarrier: set by a scenario's setup. */
extern bool model_lacks_membarrier;
/* Which of the scenario's threads runs, from 1; 0: none, it is setup or check. */
unsigned model_self(void);
/* A choice of the scenario's own, from 0 to n - 1. */
unsigned model_choose(unsigned n);

/* The planted bug that is active; 0: none. */
extern int model_bug;

#endif
