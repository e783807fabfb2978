/* chain.c: one stream, and another behind it. */
#include "stream/pair.h"

static edo_poll chain_next(void *self, edo_pull *p, const edo_waker *waker)
{
    edo_pair *pair = self;

    if (!pair->a.has_ended || pair->a.holds) {
        if (stage_pass_next(&pair->a, p, waker) == EDO_PENDING)
            return EDO_PENDING;
        pair->second_gave = false;
        if (p->result != 0)
            return EDO_READY;
    }
    pair->second_gave = true;
    return stage_pass_next(&pair->b, p, waker);
}

edo_stream edo_stream_chain(edo_pair *pair, edo_stream first, edo_stream second)
{
    static const edo_stream_ops ops = PAIR_OPS(chain_next, "chain");

    pair_init(pair, first, second);
    return (edo_stream){&ops, pair, first.item};
}
