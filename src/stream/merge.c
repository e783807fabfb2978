/*
 * merge.c: two streams at once, as items come.
 *
 * Each side is pulled ahead, to its own place. When one has something, the other's pull is cancelled and
 * ended before the next is READY, as no pull may stay behind; what it gave all the same is held, and is given
 * later.
 */
#include "stream/pair.h"

static bool has_something(const edo_stage *side)
{
    return side->holds || side->error;
}

/* Asks the side, unless it has ended. True: it has something, or failed. */
static bool ask(edo_stage *side, const edo_pull *p, const edo_waker *waker)
{
    if (side->has_ended && !has_something(side))
        return false;
    if (stage_pull_ahead(side, p, waker) == EDO_PENDING)
        return false;
    return has_something(side) || side->pull.result < 0;
}

/* Ends both pulls. PENDING: one isn't at its end yet. */
static edo_poll drain(edo_pair *m, edo_pull *p, const edo_waker *waker)
{
    edo_poll is = EDO_READY;

    for (unsigned i = 0; i < 2; i++) {
        edo_stage *side = i ? &m->b : &m->a;
        if (!side->is_pulling)
            continue;
        if (!side->pull.canceled)
            stage_cancel(side, p);
        if (stage_pull_ahead(side, p, waker) == EDO_PENDING)
            is = EDO_PENDING;
    }
    return is;
}

/* Nothing is under way. Gives what the side has whose turn it is, else what the other has. */
static edo_poll give(edo_pair *m, edo_pull *p)
{
    for (unsigned i = 0; i < 2; i++) {
        bool second = m->second_is_next ^ (i == 1);
        if (stage_give_held(second ? &m->b : &m->a, p)) {
            m->second_gave = second;
            m->second_is_next = !second;
            return EDO_READY;
        }
    }
    if (p->canceled)
        return pull_finish(p, -ECANCELED);
    bool is_over = m->a.has_ended && m->b.has_ended;
    return pull_finish(p, is_over ? 0 : m->failure);
}

static edo_poll merge_next(void *self, edo_pull *p, const edo_waker *waker)
{
    edo_pair *m = self;

    if (!m->is_draining && !p->canceled) {
        edo_stage *first = m->second_is_next ? &m->b : &m->a, *asked = first;
        if (!ask(first, p, waker) && !ask(asked = pair_other(m, first), p, waker)) {
            if (!m->a.has_ended || !m->b.has_ended)
                return EDO_PENDING;
            return give(m, p);
        }
        m->failure = (int)asked->pull.result;
        m->is_draining = true;
    }
    if (drain(m, p, waker) == EDO_PENDING)
        return EDO_PENDING;
    m->is_draining = false;
    return give(m, p);
}

edo_stream edo_stream_merge(edo_pair *pair, edo_stream a, edo_stream b)
{
    static const edo_stream_ops ops = PAIR_OPS(merge_next, "merge");

    pair_init(pair, a, b);
    return (edo_stream){&ops, pair, a.item};
}
