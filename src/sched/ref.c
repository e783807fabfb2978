/* ref.c: the references that keep what a runtime's workers share, and its end. */
#include <stdlib.h>

#include "sched/failure.h"
#include "sched/observe.h"
#include "sched/seat.h"
#include "sched/slots.h"

sched *sched_ref(sched *s)
{
    a_fetch_add(&s->refs, 1, relaxed); /* who calls has one, or is a task of it */
    return s;
}

void sched_unref(sched *s)
{
    /* acq_rel: the last one sees what all the others did before they let go. */
    if (a_fetch_sub(&s->refs, 1, acq_rel) != 1)
        return;
    failure_forget(s);
    for (unsigned i = 0; i < s->core_count; i++)
        core_free(s->cores[i]);
    free(s->cores);
    observe_free(s);
    seats_free(s);
    slots_fini(s);
    free(s->watches);
    free(s->name);
    free(s);
}
