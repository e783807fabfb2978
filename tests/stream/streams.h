/* streams.h: streams for the tests: scripts of items, waits, errors and ends. */
#ifndef TESTS_STREAM_STREAMS_H
#define TESTS_STREAM_STREAMS_H

#include <limits.h>

#include "support/edo_test.h"

#define INT_ITEM (&int_item)
static const edo_item int_item = {.size = sizeof(int), .align = _Alignof(int)};

/* Steps of a script that aren't items. */
enum { STEP_WAIT = INT_MIN, STEP_END, STEP_ERROR /* -EIO */ };

/* What a script's stream does at each next: gives steps[at], and goes on. */
typedef struct script {
    const int *steps;
    size_t count, at;
    size_t asked; /* how often it was polled */
    size_t waits; /* polls that said PENDING without a step */
    unsigned released;
    bool is_open;    /* it waits at its end instead of ending */
    bool no_back;    /* it takes nothing back */
    bool is_late;    /* a cancelled next ends its wait, and gives what is behind it */
    bool lingers;    /* a cancelled next pends all the same */
    edo_waker waker; /* of its latest PENDING */
} script;

static edo_poll script_tell(edo_pull *p, int64_t result)
{
    p->result = result;
    return EDO_READY;
}

static edo_poll script_next(void *self, edo_pull *p, const edo_waker *waker)
{
    script *s = self;

    s->asked++;
    if (p->canceled && s->lingers)
        return EDO_PENDING;
    if (p->canceled && !s->is_late)
        return script_tell(p, -ECANCELED);
    if (p->canceled && s->at < s->count && s->steps[s->at] == STEP_WAIT)
        s->at++;
    if (s->at == s->count && !s->is_open)
        return script_tell(p, 0);
    if (s->at == s->count || s->steps[s->at] == STEP_WAIT) {
        s->waker = *waker;
        s->waits++;
        return EDO_PENDING;
    }
    int step = s->steps[s->at++];
    if (step == STEP_END)
        return script_tell(p, 0);
    if (step == STEP_ERROR)
        return script_tell(p, -EIO);
    memcpy(p->item, &step, sizeof step);
    return script_tell(p, 1);
}

static int script_put_back(void *self, edo_pull *p)
{
    script *s = self;

    (void)p;
    if (s->no_back)
        return -ENOTSUP;
    s->at--;
    return 0;
}

static void script_release(void *self)
{
    ((script *)self)->released++;
}

static const edo_stream_ops script_ops = {
    .next = script_next,
    .put_back = script_put_back,
    .release = script_release,
    .name = "script",
};

/* A script of an array of steps. */
#define SCRIPT(...)                                                                                \
    ((script){.steps = (const int[]){__VA_ARGS__},                                                 \
              .count = sizeof((const int[]){__VA_ARGS__}) / sizeof(int)})

static inline edo_stream script_stream(script *s)
{
    return (edo_stream){&script_ops, s, INT_ITEM};
}

/* One that takes nothing back, and says so. */
static inline edo_stream one_way(script *s)
{
    static const edo_stream_ops ops = {.next = script_next, .name = "one way"};

    return (edo_stream){&ops, s, INT_ITEM};
}

/* A wait is over: the step behind it is next. */
static inline void script_go_on(script *s)
{
    assert_int_equal(s->steps[s->at], STEP_WAIT);
    s->at++;
    edo_waker_wake_by_ref(&s->waker);
}

/* The next poll gives this, by hand: nothing suspends. */
static inline void check_next(edo_stream s, int expected)
{
    int item = -1;
    edo_stream_next_future next = edo_stream_next_async(s, &item);

    assert_ready_eq(&next.base, 1);
    assert_int_equal(item, expected);
}

static inline void check_result(edo_stream s, int64_t expected)
{
    int item;
    edo_stream_next_future next = edo_stream_next_async(s, &item);

    assert_ready_eq(&next.base, expected);
}

static inline void check_end(edo_stream s)
{
    check_result(s, 0);
}

/* A next that is pending, and is ended. */
static inline void check_pends(edo_stream s)
{
    int item;
    edo_stream_next_future next = edo_stream_next_async(s, &item);

    assert_pending(&next.base);
    edo_future_cancel(&next.base);
    assert_ready_eq(&next.base, -ECANCELED);
}

static inline void check_hint(edo_stream s, size_t lower, size_t upper)
{
    edo_stream_bounds hint = edo_stream_hint(s);

    assert_int_equal(hint.lower, lower);
    assert_true(hint.has_upper);
    assert_int_equal(hint.upper, upper);
}

static inline void check_open_hint(edo_stream s, size_t lower)
{
    edo_stream_bounds hint = edo_stream_hint(s);

    assert_int_equal(hint.lower, lower);
    assert_false(hint.has_upper);
}

/* 1, 2, 3 ...: as many as asked for. */
static inline edo_stream count_up_to(edo_iter *iter, size_t n)
{
    static const int numbers[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

    assert_true(n <= sizeof numbers / sizeof *numbers);
    return edo_stream_iter(iter, numbers, n, INT_ITEM);
}

/* 0, 1, 2 ... without an end; `arg` is the counter. */
static inline int count_for_ever(void *arg, void *ret_item)
{
    memcpy(ret_item, arg, sizeof(int));
    ++*(int *)arg;
    return 1;
}

/* Items that count how many of them were destroyed. */
static int destroyed;
static inline void count_destroy(void *item)
{
    (void)item;
    destroyed++;
}
static const edo_item counted_item = {
    .size = sizeof(int), .align = _Alignof(int), .destroy = count_destroy};

/* A channel as a sink, with its other end. */
typedef struct channel {
    edo_mpsc_sender *tx; /* the sink's */
    edo_mpsc_receiver *rx;
    edo_mpsc_sink sink;
} channel;

static inline edo_item_sink channel_sink(channel *c, size_t room)
{
    assert_ok(edo_mpsc_new(INT_ITEM, room, &c->tx, &c->rx));
    return edo_sink_of_mpsc(&c->sink, c->tx, INT_ITEM, false);
}

#endif
