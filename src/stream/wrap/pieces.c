/* wrap/pieces.c: lines and pieces as a stream of bytes, and a stream of bytes as a buffer. */
#include <edo/await.h>
#include <edo/stream_fold.h>

#include "future/future.h"
#include "stream/wrapped.h"

static edo_poll pieces_next(void *self, edo_pull *p, const edo_waker *waker)
{
    edo_piece_items *w = self;

    if (w->wrapped.has_ended)
        return pull_finish(p, 0);
    if (!p->begun)
        w->next = edo_pieces_next_async(&w->pieces, &w->piece, &w->len);
    if (wrapped_poll(&w->wrapped, &w->next.base, p, waker, false) == EDO_PENDING)
        return EDO_PENDING;
    w->wrapped.has_ended = p->result == 0;
    if (p->result <= 0)
        return EDO_READY;
    int rc = edo_bytes_copy(w->piece, w->len, p->item);
    if (rc < 0)
        edo_future_put_back(&w->next.base); /* the next one copies it */
    return pull_finish(p, rc < 0 ? rc : 1);
}

static int pieces_put_back(void *self, edo_pull *p)
{
    int rc = wrapped_put_back(self, p);

    if (rc == 0)
        edo_bytes_free(p->item);
    return rc;
}

static void pieces_release(void *self)
{
    edo_pieces_fini(&((edo_piece_items *)self)->pieces);
}

edo_stream edo_stream_of_pieces(edo_piece_items *items, edo_pieces pieces)
{
    static const edo_stream_ops ops = {
        .next = pieces_next,
        .cancel = wrapped_cancel,
        .put_back = pieces_put_back,
        .is_done = wrapped_is_done,
        .release = pieces_release,
        .name = "pieces",
    };

    *items = (edo_piece_items){.pieces = pieces};
    return (edo_stream){&ops, items, edo_bytes_item()};
}

static int append(void *arg, void *item)
{
    edo_bytes *bytes = item;
    int rc = edo_buf_append(arg, bytes->data, bytes->len);

    edo_bytes_free(bytes);
    return rc;
}

int edo_stream_collect_bytes(edo_stream from, edo_buf *into)
{
    if (!into || !from.item || from.item->size != sizeof(edo_bytes))
        return -EINVAL;
    size_t before = into->len;
    edo_stream_fold_future fut = edo_stream_fold_async(from, append, into);
    int rc = (int)edo_await(&fut.base);
    if (rc < 0 && !(fut.base.state & FUTURE_CANCELED))
        edo_buf_truncate(into, before);
    return rc;
}
