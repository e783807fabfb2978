/*
 * idle.c: which workers sleep, and how many search for work.
 *
 * word        searching | awake << 16, changed by atomic adds, mostly under the lock.
 * Injecting   pushes, then looks at the word (both seq_cst).
 * Sleeping    gives up searching, goes on the list and lowers `awake` (seq_cst), then looks at all
 *             queues again. Either the injector sees it asleep, or it sees the work.
 * Locally     a push needs no fence: a sleeper missed costs parallelism, not a wake-up, as the
 *             pusher runs the task itself.
 * Worth it    A worker calls another for tasks of its own only where these are worth it: backlog.h. For
 *             what comes from outside of the workers somebody is called in any case.
 * One at a    A waker makes the sleeper it wakes a searching one; while somebody searches nobody
 *   time      else is woken, and the last to stop searching, having found work, wakes the next, if
 *             that is worth it.
 * Events      A worker that handles what it slept for is not awake yet: what it pushes calls nobody.
 *             Afterwards it calls one if all that is ready is worth it.
 * Source      the idle accounting of tokio's multi-thread scheduler.
 */
#include "base/chaos.h"
#include "base/model.h"
#include "sched/backlog.h"

void idle_init(idle *i, unsigned cores)
{
    *i = (idle){.word = cores * IDLE_AWAKE};
}

static core *pop_sleeper(sched *s)
{
    idle *i = &s->idle;
    core *c = NULL;

    lock_take(&i->lock);
    if (idle_searching(a_load(&i->word, relaxed)) == 0 && i->sleepers) {
        c = i->sleepers;
        i->sleepers = c->next_sleeper;
        c->asleep = false;
        c->searching = c->called = true; /* read by its holder after the lock */
        a_fetch_add(&i->word, IDLE_AWAKE + MODEL_BUG(402, IDLE_SEARCHING, 2 * IDLE_SEARCHING),
                    seq_cst);
    }
    lock_drop(&i->lock);
    return c;
}

void idle_notify(sched *s)
{
    if (!idle_wants_notice(s))
        return;
    core *c = pop_sleeper(s);
    chaos_point();
    if (c)
        core_wake(c);
}

bool idle_begin_search(core *c)
{
    idle *i = &c->sched->idle;

    if (c->searching)
        return true;
    if (2 * idle_searching(a_load(&i->word, relaxed)) >= c->sched->core_count)
        return false;
    a_fetch_add(&i->word, IDLE_SEARCHING, seq_cst);
    c->searching = true;
    return true;
}

/* True: nobody searches any more. */
static bool end_search(core *c)
{
    c->searching = false;
    return idle_searching(a_fetch_sub(&c->sched->idle.word, IDLE_SEARCHING, seq_cst)) == 1;
}

void idle_end_search(core *c)
{
    /* Whoever injects while somebody searches leaves it to that one, who looks after the end of its
     * search: to these no worker would get. */
    if (c->searching && end_search(c) &&
        (MODEL_BUG(411, inject_len(&c->sched->inject) > 0, false) || backlog_is_worth_a_call(c)))
        idle_notify(c->sched);
}

void idle_share(core *c)
{
    /* A read-modify-write in any case: who goes to sleep before it is seen, and who does so after it
     * sees the tasks, as with an injection. Pairs with idle_sleep. */
    bool calls = true;

    if (c->searching)
        calls = end_search(c);
    else
        a_fetch_add(&c->sched->idle.word, 0, MODEL_BUG(414, seq_cst, relaxed));
    if (calls)
        idle_notify(c->sched);
}

void idle_sleep(core *c)
{
    idle *i = &c->sched->idle;

    if (c->called)
        backlog_note_call(c);
    lock_take(&i->lock);
    uint32_t less = IDLE_AWAKE + (c->searching ? IDLE_SEARCHING : 0);
    c->searching = false;
    c->asleep = true;
    c->next_sleeper = i->sleepers;
    i->sleepers = c;
    a_fetch_sub(&i->word, less,
                MODEL_BUG(401, seq_cst, acq_rel)); /* before the last look at the queues */
    lock_drop(&i->lock);
}

void idle_awake(core *c)
{
    idle *i = &c->sched->idle;

    lock_take(&i->lock);
    if (c->asleep) {
        core **link = &i->sleepers;
        while (*link != c)
            link = &(*link)->next_sleeper;
        *link = c->next_sleeper;
        c->asleep = false;
        a_fetch_add(&i->word, IDLE_AWAKE, MODEL_BUG(3318, seq_cst, release));
    }
    lock_drop(&i->lock);
}

void idle_wake_all(sched *s)
{
    for (unsigned i = 0; i < s->core_count; i++)
        core_wake(s->cores[i]);
}
