/* trial.c: what a scenario's calls are measured by. */
#include "faults/trial.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/atomic.h"

static trial_report *report;
static const fault_plan *plan; /* NULL: nothing fails */
static int expected;           /* what a call says that a fault has hit; negative */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

void trial_begin(trial_report *to, const fault_plan *wanted, int error)
{
    report = to;
    plan = wanted;
    expected = error;
}

void trial_arm(void)
{
    if (plan)
        fault_arm(plan);
}

void trial_end_for_ever(void)
{
    if (plan && plan->times == FAULT_FOR_EVER)
        fault_lift();
}

unsigned trial_attempts(void)
{
    return plan && plan->times != FAULT_FOR_EVER ? plan->times + 1 : 1;
}

bool trial_has_failed(void)
{
    return a_load(&report->failed, acquire);
}

void trial_fail(const char *place, const char *format, ...)
{
    va_list args;

    pthread_mutex_lock(&lock);
    if (!report->failed) {
        int used = snprintf(report->why, sizeof report->why, "%s: ", place);
        va_start(args, format);
        vsnprintf(report->why + used, sizeof report->why - (size_t)used, format, args);
        va_end(args);
        a_store(&report->failed, true, release);
    }
    pthread_mutex_unlock(&lock);
}

int64_t trial_note(int64_t rc, const char *call, const char *place)
{
    if (rc >= 0)
        return rc;
    if (plan && fault_fired() > 0 && rc == expected)
        a_fetch_add(&report->reported, 1, relaxed);
    else
        trial_fail(place, "%s said %s", call, edo_err_name((int)rc));
    return rc;
}
