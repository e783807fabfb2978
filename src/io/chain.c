/* chain.c: one reader after the other. */
#include <edo/take.h>

#include <errno.h>

#include "io/transfer.h"

static edo_reader current(const edo_chain *chain)
{
    return chain->is_second ? chain->second : chain->first;
}

/* The same transfer, as it was before the first reader had it. */
static void begin_anew(edo_transfer *t)
{
    bool is_vector = t->kind == EDO_TRANSFER_READV;

    edo_transfer_begin(t, (edo_transfer_kind)t->kind, is_vector ? (const void *)t->iov : t->buf,
                       t->len);
}

/* Reads and fills: at the end of the first, a transfer goes on as the second one's, unless it was
 * cancelled meanwhile: then it had no effect. */
static edo_poll chain_read(void *self, edo_transfer *t, const edo_waker *waker)
{
    edo_chain *chain = self;
    edo_poll is = edo_reader_poll(current(chain), t, waker);

    if (is == EDO_PENDING || t->result != 0 || chain->is_second)
        return is;
    chain->is_second = true;
    if (t->canceled) {
        t->result = -ECANCELED;
        return EDO_READY;
    }
    begin_anew(t);
    return edo_reader_poll(chain->second, t, waker);
}

static int chain_consume(void *self, size_t len)
{
    edo_reader from = current(self);

    return from.ops->consume ? from.ops->consume(from.self, len) : -EINVAL;
}

static void chain_cancel(void *self, edo_transfer *t)
{
    edo_reader_cancel(current(self), t);
}

static int chain_put_back(void *self, edo_transfer *t)
{
    return edo_reader_put_back(current(self), t);
}

static const edo_reader_ops chain_ops = {
    .read = chain_read,
    .readv = chain_read,
    .fill = chain_read,
    .consume = chain_consume,
    .cancel = chain_cancel,
    .put_back = chain_put_back,
    .name = "chain",
};

edo_reader edo_chain_reader(edo_chain *chain)
{
    bool is_good = chain && reader_is_good(chain->first) && reader_is_good(chain->second);

    return (edo_reader){is_good ? &chain_ops : NULL, chain};
}
