/* stuck.c: what is said of a task that blocks its worker. */
#include "sched/stuck.h"

#include "base/backtrace.h"
#include "base/report.h"
#include "sched/dump.h"

/* Of a backtrace. */
#define FRAMES 16

static void write_frames(const answer *a)
{
    symbol_file file = {0};

    for (unsigned i = 0; i < a->frame_count && i < FRAMES; i++)
        backtrace_write_frame(&file, i, a->frames[i]);
    symbol_file_close(&file);
}

void stuck_name(task *t, const task_glimpse *seen)
{
    answer where = {0};

    (void)dump_look_running(t, seen->id, &where); /* else it is named without */
    report("task %llu%s%s%s (spawned at %s) has blocked its worker for about 10 ms without an "
           "await: use "
           "edo_sleep instead of sleep(3), and give long or blocking work to a thread of its own",
           (unsigned long long)seen->id, where.name[0] ? " \"" : "", where.name,
           where.name[0] ? "\"" : "", seen->place);
    write_frames(&where);
}
