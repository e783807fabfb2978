/*
 * duplex.c: two ends with a conduit in each direction, and the two ends of one conduit. What both ends share
 * is freed by whoever gives up the last reference, see io/conduit.h.
 */
#include <edo/duplex.h>

#include <errno.h>
#include <stdlib.h>

#include "base/macros.h"
#include "base/model.h"
#include "io/conduit.h"

typedef struct pipe pipe_pair;

/* Self of the tables below: what one end reads from and writes to; NULL where it doesn't. */
typedef struct pipe_end {
    pipe_pair *pair;
    conduit *in, *out;
} pipe_end;

struct edo_duplex {
    pipe_end end;
};
struct edo_simplex_receiver {
    pipe_end end;
};
struct edo_simplex_sender {
    pipe_end end;
};

struct pipe {
    uint32_t refs; /* of both ends, and of their waits; atomic */
    bool both;     /* directions */
    union {
        edo_duplex duplex;
        edo_simplex_receiver receiver;
    } a;
    union {
        edo_duplex duplex;
        edo_simplex_sender sender;
    } b;
    conduit to_a, to_b; /* of a simplex to_a alone */
};

static void unref(pipe_pair *pair)
{
    /* release: what we did to it is over. acquire, where we are the last: so is what others did. */
    if (a_fetch_sub(&pair->refs, 1, MODEL_BUG(3105, acq_rel, relaxed)) > 1)
        return;
    conduit_fini(&pair->to_a);
    conduit_fini(&pair->to_b);
    free(pair);
}

/* Of a step that said so. */
static edo_poll end_step(pipe_pair *pair, edo_transfer *t, edo_poll is)
{
    if (is == EDO_READY && conduit_wait_is_over(t))
        unref(pair);
    return is;
}

static edo_poll end_read(void *self, edo_transfer *t, const edo_waker *waker)
{
    const pipe_end *end = self;
    pipe_pair *pair = end->pair;

    return end_step(pair, t, conduit_read(end->in, &pair->refs, t, waker));
}

static edo_poll end_write(void *self, edo_transfer *t, const edo_waker *waker)
{
    const pipe_end *end = self;
    pipe_pair *pair = end->pair;

    return end_step(pair, t, conduit_write(end->out, &pair->refs, t, waker));
}

static edo_poll end_flush(void *self, edo_transfer *t, const edo_waker *waker)
{
    const pipe_end *end = self;

    (void)waker;
    t->result = conduit_flush(end->out);
    return EDO_READY;
}

static edo_poll end_shutdown(void *self, edo_transfer *t, const edo_waker *waker)
{
    const pipe_end *end = self;

    (void)waker;
    conduit_end(end->out);
    t->result = 0;
    return EDO_READY;
}

static int end_put_back(void *self, edo_transfer *t)
{
    const pipe_end *end = self;

    return conduit_put_back(end->in, t);
}

static const edo_reader_ops reader_ops = {
    .read = end_read, .readv = end_read, .put_back = end_put_back, .name = "pipe in memory"};
static const edo_writer_ops writer_ops = {
    .write = end_write,
    .writev = end_write,
    .flush = end_flush,
    .shutdown = end_shutdown,
    .name = "pipe in memory",
};

static int new_pair(size_t capacity, bool both, pipe_pair **ret)
{
    pipe_pair *pair = capacity ? malloc(sizeof *pair) : NULL;

    if (!pair)
        return capacity ? -ENOMEM : -EINVAL;
    *pair = (pipe_pair){.refs = 2, .both = both};
    int rc = conduit_init(&pair->to_a, capacity);
    if (rc == 0 && both)
        rc = conduit_init(&pair->to_b, capacity);
    if (rc < 0) {
        pair->refs = 1;
        unref(pair);
        return rc;
    }
    pair->a.duplex.end = (pipe_end){pair, &pair->to_a, both ? &pair->to_b : NULL};
    pair->b.duplex.end = (pipe_end){pair, both ? &pair->to_b : NULL, &pair->to_a};
    *ret = pair;
    return 0;
}

static int close_end(pipe_end *end)
{
    if (!end)
        return -EINVAL;
    if (end->in)
        conduit_close_reader(end->in);
    if (end->out)
        conduit_close_writer(end->out);
    unref(end->pair);
    return 0;
}

/* Both directions. */

int edo_duplex_new(size_t capacity, edo_duplex **ret_a, edo_duplex **ret_b)
{
    pipe_pair *pair;
    int rc = ret_a && ret_b ? new_pair(capacity, true, &pair) : -EINVAL;

    if (rc < 0)
        return rc;
    *ret_a = &pair->a.duplex;
    *ret_b = &pair->b.duplex;
    return 0;
}

int edo_duplex_close(edo_duplex *end)
{
    return close_end(end ? &end->end : NULL);
}

edo_reader edo_duplex_reader(edo_duplex *end)
{
    return (edo_reader){end ? &reader_ops : NULL, end};
}

edo_writer edo_duplex_writer(edo_duplex *end)
{
    return (edo_writer){end ? &writer_ops : NULL, end};
}

edo_io edo_duplex_io(edo_duplex *end)
{
    return (edo_io){edo_duplex_reader(end), edo_duplex_writer(end)};
}

/* One. */

int edo_simplex_new(size_t capacity, edo_simplex_receiver **ret_receiver,
                    edo_simplex_sender **ret_sender)
{
    pipe_pair *pair;
    int rc = ret_receiver && ret_sender ? new_pair(capacity, false, &pair) : -EINVAL;

    if (rc < 0)
        return rc;
    *ret_receiver = &pair->a.receiver;
    *ret_sender = &pair->b.sender;
    return 0;
}

int edo_simplex_receiver_close(edo_simplex_receiver *receiver)
{
    return close_end(receiver ? &receiver->end : NULL);
}

int edo_simplex_sender_close(edo_simplex_sender *sender)
{
    return close_end(sender ? &sender->end : NULL);
}

edo_reader edo_simplex_reader(edo_simplex_receiver *receiver)
{
    return (edo_reader){receiver ? &reader_ops : NULL, receiver};
}

edo_writer edo_simplex_writer(edo_simplex_sender *sender)
{
    return (edo_writer){sender ? &writer_ops : NULL, sender};
}
