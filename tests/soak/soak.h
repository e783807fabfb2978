/*
 * soak.h: work that goes on for hours, and what is watched meanwhile.
 *
 * Each kind of work does rounds until it is told to stop. A round checks what it did, and is then
 * counted: the watch sees that all go on.
 */
#ifndef SOAK_SOAK_H
#define SOAK_SOAK_H

#include <stdbool.h>
#include <stdint.h>

#include <edo.h>

typedef struct work {
    const char *name;
    int (*round)(struct work *w); /* 0, or a negative error */
    unsigned copies;              /* tasks that do it at the same time */
    uint64_t rounds;              /* atomic */
} work;

/* As a task of the long-lived runtime; those of a thread of their own; each list ends with a NULL
 * name. */
extern work task_work[];
extern work thread_work[];

bool soak_is_over(void);
/* A round's rest, so that a machine can do something else as well. */
uint64_t soak_pause_ms(void);
/* A random number below n; any thread. */
unsigned soak_random(unsigned n);
/* Ends the process with a reason: what was checked is not so. */
_Noreturn void soak_fail(const char *place, const char *what, int64_t rc);

#define SOAK_CHECK(condition)                                                                      \
    do {                                                                                           \
        if (!(condition))                                                                          \
            soak_fail(EDO_HERE, #condition, 0);                                                    \
    } while (0)
#define SOAK_OK(call)                                                                              \
    do {                                                                                           \
        int64_t rc_ = (call);                                                                      \
        if (rc_ < 0)                                                                               \
            soak_fail(EDO_HERE, #call, rc_);                                                       \
    } while (0)

/* tasks.c */
int storm_round(work *w);
int timer_round(work *w);
int select_round(work *w);
/* tcp.c */
int tcp_open(void);
void tcp_close_all(void);
int echo_round(work *w);
int churn_round(work *w);
int withdraw_round(work *w);
/* outside.c */
int runtime_round(work *w);
int signal_round(work *w);

/* watch.c: samples once a second, prints a line a minute, for so many seconds. Returns how many
 * checks failed of *ret_checks. */
unsigned watch(uint64_t seconds, const edo_handle *handle, unsigned *ret_checks);

#endif
