/* fold.c: what calls a function with items up to the one that decides: fold, any, all. */
#include <edo/stream_fold.h>

#include <edo/await.h>

#include "base/macros.h"
#include "stream/stage.h"

enum kind { FOLD, ANY, ALL };

static edo_stream_fold_future *of(edo_future *base)
{
    return container_of(base, edo_stream_fold_future, base);
}

/* Hands the item over. True: it decides; then *ret_result is what to say. */
static bool decides(edo_stream_fold_future *fut, int *ret_result)
{
    const edo_item *item = fut->from.item;
    void *at = slot_at(&fut->slot, item);

    fut->done++;
    if (fut->kind == FOLD) {
        *ret_result = fut->fn.folds(fut->arg, at);
        return *ret_result < 0;
    }
    bool is_true = fut->fn.tests(fut->arg, at);
    item_destroy(item, at);
    *ret_result = is_true;
    return is_true == (fut->kind == ANY);
}

static edo_poll finish(edo_stream_fold_future *fut, int64_t result)
{
    slot_fini(&fut->slot);
    edo_pull_begin(&fut->pull, NULL);
    return edo_future_finish(&fut->base, result);
}

static int begin(edo_stream_fold_future *fut)
{
    if (!fut->from.ops || !fut->from.item || !fut->fn.folds)
        return -EINVAL;
    return slot_need(&fut->slot, fut->from.item);
}

static edo_poll fold_poll(edo_future *base, const edo_waker *waker)
{
    edo_stream_fold_future *fut = of(base);
    edo_pull *p = &fut->pull;
    int rc = begin(fut);

    if (rc < 0)
        return finish(fut, rc);
    for (;;) {
        p->item = slot_at(&fut->slot, fut->from.item);
        if (edo_stream_poll(fut->from, p, waker) == EDO_PENDING)
            return EDO_PENDING;
        p->begun = false;
        if (p->result <= 0)
            return finish(fut, p->result < 0 ? p->result : fut->kind == ALL);
        if (decides(fut, &rc))
            return finish(fut, rc);
    }
}

static void fold_cancel(edo_future *base)
{
    edo_stream_cancel(of(base)->from, &of(base)->pull);
}

static const edo_future_ops fold_ops = {
    .poll = fold_poll,
    .cancel = fold_cancel,
    .name = "stream_fold",
    .flags = EDO_FUTURE_RESTARTS,
};

static edo_stream_fold_future make(edo_stream from, enum kind kind, void *arg)
{
    return (edo_stream_fold_future){
        .base = EDO_FUTURE_INIT(&fold_ops), .from = from, .kind = (uint8_t)kind, .arg = arg};
}

edo_stream_fold_future edo_stream_fold_async(edo_stream from, edo_item_fold *fn, void *arg)
{
    edo_stream_fold_future fut = make(from, FOLD, arg);

    fut.fn.folds = fn;
    return fut;
}

edo_stream_fold_future edo_stream_any_async(edo_stream from, edo_item_test *fn, void *arg)
{
    edo_stream_fold_future fut = make(from, ANY, arg);

    fut.fn.tests = fn;
    return fut;
}

edo_stream_fold_future edo_stream_all_async(edo_stream from, edo_item_test *fn, void *arg)
{
    edo_stream_fold_future fut = make(from, ALL, arg);

    fut.fn.tests = fn;
    return fut;
}

int edo_stream_fold(edo_stream from, edo_item_fold *fn, void *arg)
{
    edo_stream_fold_future fut = edo_stream_fold_async(from, fn, arg);

    return (int)edo_await(&fut.base);
}

int edo_stream_any(edo_stream from, edo_item_test *fn, void *arg)
{
    edo_stream_fold_future fut = edo_stream_any_async(from, fn, arg);

    return (int)edo_await(&fut.base);
}

int edo_stream_all(edo_stream from, edo_item_test *fn, void *arg)
{
    edo_stream_fold_future fut = edo_stream_all_async(from, fn, arg);

    return (int)edo_await(&fut.base);
}
