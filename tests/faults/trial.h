/*
 * trial.h: one run of a scenario in a process of its own, with a plan of faults.
 *
 * A scenario makes its calls through TRY and PERSIST. An error that a call returns has to be the
 * one that was injected, and only after a fault was; anything else, and whatever CHECK doesn't
 * find, ends the trial as failed, and says where.
 */
#ifndef FAULTS_TRIAL_H
#define FAULTS_TRIAL_H

#include <stdbool.h>
#include <stdint.h>

#include <edo.h>

#include "faults/shim.h"

typedef struct scenario {
    const char *name;
    edo_runtime_kind kind;
    /* Runs it once; arms the trial's plan where it begins. */
    void (*run)(edo_runtime_kind kind);
} scenario;

/* What a trial's process tells its parent, in memory that both share. */
typedef struct trial_report {
    uint32_t fired;    /* faults that were injected */
    uint32_t reported; /* errors that calls of the interface returned */
    fault_ledger held; /* at the end */
    uint64_t made;     /* calls of the shim, as bits */
    bool failed;
    char why[400];
} trial_report;

/* The child's: what it does, and where it reports. Without a plan the calls succeed. */
void trial_begin(trial_report *report, const fault_plan *plan, int expected);
/* From here on calls fail as planned; once a trial. */
void trial_arm(void);
/* Ends a plan that would fail for ever, before something waits for its end. */
void trial_end_for_ever(void);
/* As many attempts as the plan can spoil, and one more. */
unsigned trial_attempts(void);
bool trial_has_failed(void);

/* Fails the trial; the first reason stays. */
void trial_fail(const char *place, const char *format, ...) __attribute__((format(printf, 2, 3)));
int64_t trial_note(int64_t rc, const char *call, const char *place);

/* The call's result, after it was looked at. */
#define TRY(call) trial_note((call), #call, EDO_HERE)
/* Until it succeeds, as often as a fault may spoil it. */
#define PERSIST(rc, call)                                                                          \
    do {                                                                                           \
        unsigned left_ = trial_attempts();                                                         \
        do                                                                                         \
            (rc) = (int)TRY(call);                                                                 \
        while ((rc) < 0 && --left_ > 0);                                                           \
    } while (0)
#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition))                                                                          \
            trial_fail(EDO_HERE, "not so: %s", #condition);                                        \
    } while (0)
/* Calls that no fault may touch: the frame of a scenario. */
#define MUST(call)                                                                                 \
    do {                                                                                           \
        int64_t must_ = (call);                                                                    \
        if (must_ < 0)                                                                             \
            trial_fail(EDO_HERE, "%s said %s", #call, edo_err_name((int)must_));                   \
    } while (0)

extern void start_up(edo_runtime_kind kind);
extern void spawn_kinds(edo_runtime_kind kind);
extern void spawn_crowd(edo_runtime_kind kind);
extern void serve_echo(edo_runtime_kind kind);
extern void take_back(edo_runtime_kind kind);
extern void use_server(edo_runtime_kind kind);
extern void use_unix(edo_runtime_kind kind);
extern void use_udp(edo_runtime_kind kind);
extern void use_channels(edo_runtime_kind kind);
extern void use_files(edo_runtime_kind kind);
extern void use_names(edo_runtime_kind kind);
extern void use_items(edo_runtime_kind kind);
extern void shut_down(edo_runtime_kind kind);
extern void use_blocking(edo_runtime_kind kind);
extern void use_local(edo_runtime_kind kind);
extern void relieve(edo_runtime_kind kind);
extern void look(edo_runtime_kind kind);
extern void dial(edo_runtime_kind kind);
extern void use_streams(edo_runtime_kind kind);
extern void use_copies(edo_runtime_kind kind);
extern void use_children(edo_runtime_kind kind);
extern void use_children_without_pidfds(edo_runtime_kind kind);

#endif
