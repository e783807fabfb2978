/*
 * lines.c: a stream in pieces.
 *
 * Kept        A piece is collected in the buffer of the edo_pieces, not of a future: a wait that was cut
 *             short leaves its beginning there. One that was handed out stays until the next call, so
 *             that it can come back.
 */
#include <edo/lines.h>

#include <errno.h>
#include <string.h>

#include <edo/await.h>
#include <edo/error.h>

#include "io/part.h"
#include "io/reading.h"

static edo_pieces make(edo_reader from, unsigned char delimiter, bool is_lines)
{
    return (edo_pieces){.from = from, .delimiter = delimiter, .is_lines = is_lines};
}

edo_pieces edo_lines(edo_reader from)
{
    return make(from, '\n', true);
}

edo_pieces edo_split_at(edo_reader from, unsigned char delimiter)
{
    return make(from, delimiter, false);
}

void edo_pieces_fini(edo_pieces *pieces)
{
    if (!pieces)
        return;
    edo_buf_fini(&pieces->buf);
    pieces->is_out = pieces->is_back = pieces->is_ended = pieces->skips = false;
}

/* The piece in the buffer is complete: without what isn't part of it. */
static size_t piece_len(const edo_pieces *p)
{
    size_t len = p->buf.len;

    if (!p->is_ended)
        return len;
    len--;
    return p->is_lines && len > 0 && p->buf.data[len - 1] == '\r' ? len - 1 : len;
}

static void begin_anew(edo_pieces *p)
{
    edo_buf_clear(&p->buf);
    p->is_out = p->is_ended = false;
}

/* 1, or an error. */
static int hand_out(edo_pieces *p)
{
    p->len = piece_len(p);
    if (p->limit && p->len > p->limit) {
        begin_anew(p);
        return -EDO_ETOOLONG;
    }
    if (!edo_buf_text(&p->buf))
        return -ENOMEM;
    p->buf.data[p->len] = 0;
    p->is_out = true;
    return 1;
}

/* The reader is at its end. */
static int end(edo_pieces *p)
{
    p->skips = false;
    return p->buf.len ? hand_out(p) : 0;
}

/* Whether what has come is more than any piece may be: a '\r' behind the limit may belong to the end. */
static bool is_too_long(const edo_pieces *p)
{
    return p->limit && !p->is_ended && p->buf.len > p->limit &&
           p->buf.len - p->limit > (p->is_lines ? 1 : 0);
}

/* Takes what was filled: 0, go on; else what to say. */
static int take(edo_pieces *p, const edo_transfer *t)
{
    size_t len = (size_t)t->result;
    const unsigned char *found = memchr(t->buf, p->delimiter, len);
    size_t wanted = found ? (size_t)(found - (unsigned char *)t->buf) + 1 : len;

    if (p->skips) {
        p->skips = !found;
        return p->from.ops->consume(p->from.self, wanted);
    }
    int64_t moved = reading_move(&p->buf, p->from, t, wanted);
    if (moved < 0)
        return (int)moved;
    p->is_ended = found;
    if (is_too_long(p)) {
        p->skips = true;
        begin_anew(p);
        return -EDO_ETOOLONG;
    }
    return found ? hand_out(p) : 0;
}

static edo_poll tell(edo_pieces_next_future *fut, int rc)
{
    const edo_pieces *p = fut->pieces;

    if (rc > 0 && fut->ret_piece)
        *fut->ret_piece = (char *)p->buf.data;
    if (rc > 0 && fut->ret_len)
        *fut->ret_len = p->len;
    return edo_future_finish(&fut->base, rc);
}

/* A piece that is there already: it came back, or had no memory for its zero. */
static int at_once(edo_pieces *p)
{
    if (p->is_back) {
        p->is_back = false;
        return 1;
    }
    if (p->is_out)
        begin_anew(p);
    return p->is_ended ? hand_out(p) : 0;
}

static edo_poll next_poll(edo_future *base, const edo_waker *waker)
{
    edo_pieces_next_future *fut = container_of(base, edo_pieces_next_future, base);
    edo_pieces *p = fut->pieces;

    if (!p || !reader_is_good(p->from))
        return edo_future_finish(base, -EINVAL);
    int rc = fut->t.begun ? 0 : at_once(p);
    while (rc == 0) {
        if (part_read(base, p->from, &fut->t, EDO_TRANSFER_FILL, NULL, 0, waker) == EDO_PENDING)
            return EDO_PENDING;
        if (fut->t.result <= 0)
            return tell(fut, fut->t.result ? (int)fut->t.result : end(p));
        rc = take(p, &fut->t);
    }
    return tell(fut, rc);
}

static void next_cancel(edo_future *base)
{
    edo_pieces_next_future *fut = container_of(base, edo_pieces_next_future, base);

    if (fut->pieces)
        part_read_cancel(fut->pieces->from, &fut->t);
}

static void next_put_back(edo_future *base)
{
    edo_pieces_next_future *fut = container_of(base, edo_pieces_next_future, base);

    if (base->result > 0)
        fut->pieces->is_back = true;
    base->result = -ECANCELED;
}

static const edo_future_ops next_ops = {
    .poll = next_poll,
    .cancel = next_cancel,
    .put_back = next_put_back,
    .name = "pieces_next",
    .flags = EDO_FUTURE_RESTARTS,
};

edo_pieces_next_future edo_pieces_next_async(edo_pieces *pieces, char **ret_piece, size_t *ret_len)
{
    return (edo_pieces_next_future){.base = EDO_FUTURE_INIT(&next_ops),
                                    .pieces = pieces,
                                    .ret_piece = ret_piece,
                                    .ret_len = ret_len};
}

int edo_pieces_next(edo_pieces *pieces, char **ret_piece, size_t *ret_len)
{
    edo_pieces_next_future fut = edo_pieces_next_async(pieces, ret_piece, ret_len);

    return (int)edo_await(&fut.base);
}
