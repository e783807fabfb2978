/* dump.c: each task of a runtime, or of all: told to a function, or written as text. */
#include <edo/dump.h>

#include <inttypes.h>
#include <stdlib.h>

#include <edo/errno.h>

#include "base/clock.h"
#include "base/code_name.h"
#include "base/text.h"
#include "runtime/runtime.h"
#include "sched/dump.h"

/* For tasks that are ready to come to run, or to wait. */
#define PATIENCE (20 * NS_PER_MS)

typedef struct dump {
    const sched *of;
    edo_dump_fn *fn;
    void *arg;
    code_names *names;
    uint64_t until_ns;
    char awaits[64];
} dump;

static void look(task *t, void *arg)
{
    dump *d = arg;
    thread *self = thread_self();
    seen_task seen;

    if (!dump_look(t, d->of, d->until_ns, &seen))
        return;
    seen.dump.awaits = dump_awaits(d->names, &seen, d->awaits, sizeof d->awaits);
    bool was_in_hook = self->in_hook;
    self->in_hook = true; /* it must not wait */
    d->fn(&seen.dump, d->arg);
    self->in_hook = was_in_hook;
}

/* Of one task, or of all that d->of says; `from`: where the public function was called. 0; -EDEADLK,
 * -ENOMEM. */
#define CALLER ((uintptr_t)__builtin_return_address(0))
static int run(dump *d, task *one, uintptr_t from)
{
    thread *self = thread_self();
    int rc = dump_begin(self, from);

    if (rc < 0)
        return rc;
    rc = code_names_new(&d->names);
    if (rc == 0) {
        d->until_ns = clock_now() + PATIENCE;
        if (one)
            look(one, d);
        else
            task_slab_walk(look, d);
        code_names_free(d->names);
    }
    dump_end(self);
    return rc;
}

int edo_dump(const edo_handle *handle, edo_dump_fn *fn, void *arg)
{
    dump d = {.of = handle, .fn = fn, .arg = arg};

    return fn ? run(&d, NULL, CALLER) : -EINVAL;
}

typedef struct chosen {
    edo_task task;
    edo_dump_fn *fn;
    void *arg;
    bool found;
} chosen;

/* Another task may live there by now. */
static void pass_on(const edo_task_dump *t, void *arg)
{
    chosen *c = arg;

    if (edo_task_id(c->task) != t->id)
        return;
    c->found = true;
    c->fn(t, c->arg);
}

int edo_dump_task(edo_task handle, edo_dump_fn *fn, void *arg)
{
    chosen c = {.task = handle, .fn = fn, .arg = arg};
    dump d = {.fn = pass_on, .arg = &c};

    if (!fn)
        return -EINVAL;
    if (!task_handle_is_good(handle))
        return -ESRCH;
    int rc = run(&d, handle.header, CALLER);
    return rc == 0 && !c.found ? -ESRCH : rc;
}

/* --- as text ---------------------------------------------------------------------------- */

typedef struct page {
    text out;
    dump dump;
} page;

static const char *state_text(const edo_task_dump *t)
{
    switch (t->state) {
    case EDO_TASK_WAITING:
        return "waits";
    case EDO_TASK_READY:
        return "is ready to run";
    case EDO_TASK_RUNNING:
        return "runs";
    case EDO_TASK_BLOCKING:
        return "is in blocking code";
    default:
        return "waits for a thread for its blocking call";
    }
}

static void write_head(text *out, const edo_task_dump *t)
{
    text_add(out, "task %" PRIu64, t->id);
    if (t->name)
        text_add(out, " \"%s\"", t->name);
    text_add(out, " (spawned at %s)%s %s", t->place, t->is_canceled ? ", canceled," : "",
             state_text(t));
    if (t->awaits)
        text_add(out, " in %s", t->awaits);
    if (t->thread_id)
        text_add(out, " on thread %" PRIu64, t->thread_id);
    if (t->has_since)
        text_add(out, " for %" PRIu64 ".%03" PRIu64 " s", t->since.ns / NS_PER_S,
                 t->since.ns / NS_PER_MS % 1000);
    text_add(out, "\n");
}

static void write_task(const edo_task_dump *t, void *arg)
{
    page *p = arg;

    write_head(&p->out, t);
    for (unsigned i = 0; i < t->frame_count; i++)
        text_add(&p->out, "  #%u %s\n", i, code_name(p->dump.names, t->frames[i]));
}

/* The page is too large for a small stack. */
static int write_page(const edo_handle *handle, task *one, uintptr_t from, edo_text_sink *sink,
                      void *arg)
{
    page *p = calloc(1, sizeof *p);

    if (!p)
        return -ENOMEM;
    p->dump = (dump){.of = handle, .fn = write_task, .arg = p};
    text_begin(&p->out, sink, arg);
    int rc = run(&p->dump, one, from);
    if (rc == 0)
        rc = text_end(&p->out);
    free(p);
    return rc;
}

int edo_dump_write(const edo_handle *handle, edo_text_sink *sink, void *arg)
{
    return sink ? write_page(handle, NULL, CALLER, sink, arg) : -EINVAL;
}

int edo_dump_write_self(edo_text_sink *sink, void *arg)
{
    task *self = thread_subject(thread_self());

    if (!sink)
        return -EINVAL;
    return self ? write_page(NULL, self, CALLER, sink, arg) : -ESRCH;
}
