/* pin.c: a stretch of code that stays on its thread. */
#include <errno.h>

#include <edo/error.h>
#include <edo/task.h>

#include "base/report.h"
#include "sched/seat.h"

int edo_pin(void)
{
    thread *self = thread_self();

    return self->task ? task_pin(self, self->task) : 0;
}

int edo_unpin(void)
{
    task *t = thread_self()->task;

    if (!t)
        return 0;
    if (!t->extra || t->extra->pins == 0) {
        report_misuse("edo_unpin without an edo_pin before it");
        return -EDO_EMISUSE;
    }
    task_unpin(t);
    return 0;
}
