/*
 * watch_stress_test.c: senders of all kinds, and receivers that wait, give up, choose, hold on to
 * what they borrowed, and are cloned and freed. The values lie on the heap, so ASan and TSan see
 * each look that comes too late; at the end none is left.
 */
#include "support/edo_test.h"

#include <stdlib.h>
#include <string.h>

#include "base/atomic.h"
#include "base/random.h"

enum { SENDERS = 3, RECEIVERS = 12, HELD = 4 };

/* What is sent is a pointer to one of these. */
struct news {
    unsigned number[SENDERS]; /* of each sender's latest send, as its sender knew it */
    unsigned sum;
};

static unsigned alive; /* atomic: news that were made and are not destroyed */

static struct news *news_new(void)
{
    struct news *news = calloc(1, sizeof *news);

    assert_non_null(news);
    a_fetch_add(&alive, 1, relaxed);
    return news;
}

static void news_destroy(void *item)
{
    struct news *news = *(struct news **)item;

    memset(news, 0xee, sizeof *news);
    free(news);
    a_fetch_sub(&alive, 1, relaxed);
}

static int news_clone(void *to, const void *from)
{
    struct news *news = news_new();

    *news = **(struct news *const *)from;
    *(struct news **)to = news;
    return 0;
}

static void check(const struct news *news)
{
    unsigned sum = 0;

    for (int i = 0; i < SENDERS; i++)
        sum += news->number[i];
    assert_int_equal(news->sum, sum);
}

struct part {
    edo_watch_sender *tx;
    edo_watch_receiver *rx;
    unsigned which, rounds;
    uint64_t seed;
};

/* --- senders ------------------------------------------------------------------------------ */

struct step {
    unsigned which, number;
};

static void count_up(void *arg, void *value)
{
    struct step *step = arg;
    struct news *news = *(struct news **)value;

    check(news);
    news->sum += step->number - news->number[step->which];
    news->number[step->which] = step->number;
}

static bool count_up_in_silence(void *arg, void *value)
{
    count_up(arg, value);
    return false;
}

/* A value of this sender's alone; the others' numbers are as they were at a look. */
static struct news *next_news(const edo_watch_sender *tx, const struct step *step)
{
    struct news *news = news_new();
    edo_watch_ref ref;

    *news = **(struct news *const *)edo_watch_sender_borrow(tx, &ref);
    edo_watch_borrow_end(&ref);
    struct step copy = *step;
    count_up(&copy, &news);
    return news;
}

static void send_once(edo_watch_sender *tx, struct step *step, rng *r)
{
    struct news *news, *before = NULL;

    switch (rng_below(r, 5)) {
    case 0:
        assert_ok(edo_watch_send_modify(tx, count_up, step));
        break;
    case 1:
        assert_int_equal(edo_watch_send_if_modified(tx, count_up_in_silence, step), 0);
        break;
    case 2:
        news = next_news(tx, step);
        if (edo_watch_send_replace(tx, &news, &before) == 1) {
            check(before);
            news_destroy(&before);
        }
        break;
    default:
        news = next_news(tx, step);
        int rc = edo_watch_send(tx, &news);
        assert_true(rc == 0 || rc == -EPIPE);
        if (rc < 0)
            news_destroy(&news);
    }
}

static int run_sender(void *arg)
{
    struct part *part = arg;
    struct step step = {.which = part->which};
    rng r;

    rng_seed(&r, part->seed);
    for (step.number = 1; step.number <= part->rounds; step.number++) {
        send_once(part->tx, &step, &r);
        if (rng_below(&r, 4) == 0)
            assert_ok(edo_yield());
    }
    edo_watch_sender_free(part->tx);
    return 0;
}

/* --- receivers ---------------------------------------------------------------------------- */

struct held {
    edo_watch_ref refs[HELD];
    unsigned sums[HELD]; /* as they were when they were borrowed */
    unsigned next;
};

/* Takes one more, and lets the oldest go, which has to be what it was. */
static void hold(struct held *held, const edo_watch_ref *ref)
{
    unsigned at = held->next++ % HELD;
    const struct news *news;

    if (held->refs[at].value) {
        news = *(struct news *const *)held->refs[at].value;
        check(news);
        assert_int_equal(news->sum, held->sums[at]);
    }
    edo_watch_borrow_end(&held->refs[at]);
    if (!ref)
        return;
    news = *(struct news *const *)ref->value;
    check(news);
    held->refs[at] = *ref;
    held->sums[at] = news->sum;
}

static bool is_even(void *arg, const void *value)
{
    const struct news *news = *(struct news *const *)value;

    (void)arg;
    check(news);
    return news->sum % 2 == 0;
}

/* One wait, of some kind, that may be given up. 0, -EPIPE or -ECANCELED; *ret_ref if it chose. */
static int64_t wait_somehow(edo_watch_receiver *rx, edo_watch_ref *ret_ref, rng *r)
{
    edo_watch_changed_future changed = edo_watch_changed_async(rx);
    edo_watch_wait_for_future choice = edo_watch_wait_for_async(rx, is_even, NULL, ret_ref);
    edo_future *fut = rng_below(r, 3) ? &changed.base : &choice.base;

    if (rng_below(r, 2))
        return edo_await(fut);
    edo_yield_future pause = edo_yield_async();
    if (edo_select(fut, &pause.base) < 0)
        return -EINVAL;
    return fut->result;
}

static int run_receiver(void *arg)
{
    struct part *part = arg;
    edo_watch_receiver *rx = part->rx, *clone;
    struct held held = {0};
    int64_t rc = 0;
    rng r;

    rng_seed(&r, part->seed);
    while (rc != -EPIPE) {
        edo_watch_ref ref = {0};
        rc = wait_somehow(rx, &ref, &r);
        assert_true(rc == 0 || rc == -EPIPE || rc == -ECANCELED);
        if (!ref.value)
            edo_watch_borrow_and_update(rx, &ref);
        hold(&held, &ref);
        if (rng_below(&r, 16))
            continue;
        assert_ok(edo_watch_receiver_clone(rx, &clone)); /* whose place it takes */
        edo_watch_receiver_free(rx);
        rx = clone;
        edo_watch_mark_changed(rx);
    }
    edo_watch_receiver_free(rx);
    for (unsigned i = 0; i < HELD; i++)
        hold(&held, NULL);
    return 0;
}

EDO_TEST_MT(every_value_is_whole_while_it_is_borrowed_and_goes_then) /* sync-157 */
{
    const edo_item item = {
        .size = sizeof(struct news *), .destroy = news_destroy, .clone = news_clone};
    struct news *first = news_new();
    edo_watch_sender *tx;
    edo_watch_receiver *rx;
    edo_task tasks[SENDERS + RECEIVERS];
    rng r;

    rng_seed(&r, random_seed());
    assert_ok(edo_watch_new(&item, &first, &tx, &rx));
    for (unsigned i = 0; i < SENDERS + RECEIVERS; i++) {
        struct part part = {.which = i, .rounds = test_count(20000), .seed = rng_next(&r)};
        if (i < SENDERS)
            part.tx = edo_watch_sender_clone(tx);
        else
            assert_ok(edo_watch_receiver_clone(rx, &part.rx));
        assert_ok(
            edo_spawn_copy(i < SENDERS ? run_sender : run_receiver, &part, sizeof part, &tasks[i]));
    }
    edo_watch_receiver_free(rx);
    edo_watch_sender_free(tx);
    for (unsigned i = 0; i < SENDERS + RECEIVERS; i++)
        assert_ok(edo_join(tasks[i], NULL));
    assert_int_equal(alive, 0);
}

/* --- the last value reaches everybody ----------------------------------------------------------- */

static int follow(void *arg)
{
    edo_watch_receiver *rx = *(edo_watch_receiver **)arg;
    int last = -1, rc;

    while ((rc = edo_watch_changed(rx)) == 0) {
        edo_watch_ref ref;
        int number = *(const int *)edo_watch_borrow_and_update(rx, &ref);
        edo_watch_borrow_end(&ref);
        assert_true(number > last); /* each is news */
        last = number;
    }
    assert_err(rc, -EPIPE);
    edo_watch_receiver_free(rx);
    return last;
}

EDO_TEST_MT(everybody_sees_the_last_value) /* sync-145 */
{
    for (unsigned round = 0; round < test_count(1000); round++) {
        edo_watch_sender *tx;
        edo_task tasks[RECEIVERS];
        int number = -1, last = (int)(round % 17);

        assert_ok(edo_watch_new(EDO_ITEM(int), &number, &tx, NULL));
        for (int i = 0; i < RECEIVERS; i++) {
            edo_watch_receiver *rx;
            assert_ok(edo_watch_subscribe(tx, &rx));
            assert_ok(edo_spawn_copy(follow, &rx, sizeof(edo_watch_receiver *), &tasks[i]));
        }
        for (number = 0; number <= last; number++)
            assert_ok(edo_watch_send(tx, &number));
        edo_watch_sender_free(tx);
        for (int i = 0; i < RECEIVERS; i++) {
            int seen;
            assert_ok(edo_join(tasks[i], &seen));
            assert_int_equal(seen, last);
        }
    }
}
