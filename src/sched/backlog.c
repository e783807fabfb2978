/*
 * backlog.c: what a worker's queue will take, and what became of calls.
 *
 * The longest  It goes by the longest run, which is forgotten over some hundred runs: an average says
 *              nothing of the one long request that those behind it wait for. A thread that lost its
 *              processor meanwhile was not running for so long: the system counts these.
 * Unknown      Of a worker that has run nothing yet, or has several from outside, a single task is worth
 *              a call.
 * Wrong        When runs get long all of a sudden, those behind the first wait for the monitor, which
 *   guesses    gives the core to another thread, or calls another worker. Without a monitor there is
 *              no guessing.
 * In vain      is a call whose worker slept again before it had worked for half of what it was called
 *              for. Each doubles what is worth a call, up to a limit; each other one halves it.
 */
#include "sched/backlog.h"

#include "base/sys.h"

/* In cycles: a tenth of a millisecond, more or less. */
#define WORTH_A_CALL (UINT32_C(1) << 18)
#define WORTH_A_STEAL (WORTH_A_CALL / 16)
/* Doublings at the most: of what runs will take, and of the number of new tasks. */
#define VAIN_RUNS_MAX 3
#define VAIN_NEW_MAX 6
/* So many new ones are worth a call. */
#define NEW_WORTH_A_CALL 4
/* The part of the longest run that is forgotten with each note. */
#define FORGET_SHIFT 5
/* Runs as long are rare where it matters, so that it may be asked whether they were. */
#define LONG_RUN (WORTH_A_CALL / 8)

void backlog_forget(core *c)
{
    a_store(&c->longest_run, WORTH_A_CALL, relaxed);
}

uint64_t backlog_len(const core *c)
{
    return run_queue_len(&c->queue) + inject_len(&c->overflow) + a_load(&c->yielded_count, relaxed);
}

static uint64_t cycles_of(const core *c)
{
    uint64_t len = backlog_len(c);

    /* relaxed: a guess; what was forgotten before tasks were pushed is seen with these. */
    return len * a_load(&c->longest_run, relaxed);
}

static bool is_guarded(const core *c)
{
    return a_load(&c->sched->has_monitor, relaxed); /* workers start before it does */
}

static unsigned vain(const core *c, unsigned most)
{
    unsigned level = a_load(&c->sched->idle.vain, relaxed);

    return level < most ? level : most;
}

bool backlog_is_worth_a_call(const core *c)
{
    return cycles_of(c) >= (uint64_t)WORTH_A_CALL << vain(c, VAIN_RUNS_MAX) ||
           unlikely(!is_guarded(c));
}

bool backlog_with_new_is_worth_a_call(const core *c)
{
    return backlog_is_worth_a_call(c) || backlog_len(c) >= (uint64_t)NEW_WORTH_A_CALL
                                                               << vain(c, VAIN_NEW_MAX);
}

bool backlog_is_worth_a_steal(const core *c)
{
    return cycles_of(c) >= WORTH_A_STEAL || (!is_guarded(c) && backlog_len(c) > 0);
}

/* Whether the thread has lost its processor since this was asked last. */
static noinline bool was_preempted(core *c)
{
    uint64_t count = sys_thread_preemptions();
    bool more = count != c->preemptions;

    c->preemptions = count;
    return more;
}

/* Whether a run took so long by its own work. One no longer than those before is not asked about. */
static bool is_believed(core *c, uint64_t cycles)
{
    bool asks = cycles > c->longest_run && cycles >= LONG_RUN && c->sched->core_count > 1;

    return !asks || !was_preempted(c);
}

void backlog_note_runs(core *c, uint64_t cycles, unsigned runs)
{
    uint32_t longest = c->longest_run - (c->longest_run >> FORGET_SHIFT);
    uint64_t each = cycles / runs;

    if (each > longest && is_believed(c, each))
        longest = each < WORTH_A_CALL ? (uint32_t)each : WORTH_A_CALL;
    a_store(&c->longest_run, longest, relaxed);
}

void backlog_note_call(core *c)
{
    uint32_t *level = &c->sched->idle.vain;
    uint32_t before = a_load(level, relaxed);
    bool in_vain = clock_cycles() - c->called_at < WORTH_A_CALL / 2;

    c->called = false;
    if (in_vain ? before < VAIN_NEW_MAX : before > 0)
        a_store(level, in_vain ? before + 1 : before - 1, relaxed); /* a lost one is no matter */
}
