/* Who has subscribed to what, and the outboxes. */
#include <stdlib.h>
#include <string.h>

#include "support/edo_test.h"

#include "pubsub.h"

enum { NAMES = 20000, LONG = 1 << 20 };

static slice name_of(unsigned i, char text[16])
{
    return (slice){text, (size_t)snprintf(text, 16, "name:%u", i)};
}

static pubsub *pubsub_begin(void)
{
    pubsub *p;

    assert_ok(pubsub_new(&p));
    return p;
}

static void end(pubsub *p, subscriber *s)
{
    pubsub_leave(p, s);
    assert_int_equal(subscriber_count(s), 0);
    assert_int_equal(pubsub_channels(p), 0);
    assert_int_equal(pubsub_patterns(p), 0);
    edo_notify_fini(&s->has_mail);
    pubsub_free(p);
}

static void subscribe_all(pubsub *p, subscriber *s)
{
    char text[16];

    for (unsigned i = 0; i < NAMES; i++)
        assert_ok(pubsub_subscribe(p, s, name_of(i, text), i % 3 == 0));
}

static void assert_subscribed(pubsub *p, const subscriber *s, size_t channels, size_t patterns)
{
    assert_int_equal(subscriber_count(s), channels + patterns);
    assert_int_equal(pubsub_channels(p), channels);
    assert_int_equal(pubsub_patterns(p), patterns);
}

/* With a list to search for each name this takes seconds. */
EDO_TEST(many_subscriptions_end_by_name_in_any_order)
{
    pubsub *p = pubsub_begin();
    subscriber s = {.cut_off = NULL};
    reply out = {.error = 0};
    char text[16];

    subscribe_all(p, &s);
    subscribe_all(p, &s); /* again does nothing */
    assert_subscribed(p, &s, NAMES - (NAMES + 2) / 3, (NAMES + 2) / 3);
    for (unsigned i = 0; i < NAMES; i += 3)
        pubsub_unsubscribe(p, &s, name_of(i, text), true, &out);
    pubsub_unsubscribe(p, &s, slice_of("name:0"), true, &out);
    pubsub_unsubscribe(p, &s, slice_of("name:1"), true, &out); /* it is a channel */
    assert_subscribed(p, &s, NAMES - (NAMES + 2) / 3, 0);
    assert_int_equal(pubsub_publish(p, slice_of("name:3"), slice_of("x")), 0);
    assert_int_equal(pubsub_publish(p, slice_of("name:4"), slice_of("x")), 1);
    for (unsigned i = NAMES; i-- > 2;)
        if (i % 3)
            pubsub_unsubscribe(p, &s, name_of(i, text), false, &out);
    assert_subscribed(p, &s, 1, 0);
    reply_fini(&out);
    end(p, &s);
}

EDO_TEST(the_newest_subscription_is_told_until_none_is_left)
{
    pubsub *p = pubsub_begin();
    subscriber s = {.cut_off = NULL};
    reply out = {.error = 0};
    slice name;

    for (const char *at = "abcd"; *at; at++)
        assert_ok(pubsub_subscribe(p, &s, (slice){at, 1}, false));
    pubsub_unsubscribe(p, &s, slice_of("b"), false, &out);
    pubsub_unsubscribe(p, &s, slice_of("d"), false, &out);
    for (const char *at = "ca"; *at; at++) {
        assert_true(subscriber_any(&s, false, &name));
        assert_true(slice_equal(name, (slice){at, 1}));
        pubsub_unsubscribe(p, &s, name, false, &out); /* its own name, which goes */
    }
    assert_false(subscriber_any(&s, false, &name));
    reply_fini(&out);
    end(p, &s);
}

EDO_TEST(two_subscribers_of_a_channel_come_and_go_by_themselves)
{
    pubsub *p = pubsub_begin();
    subscriber one = {.cut_off = NULL}, two = {.cut_off = NULL};

    assert_ok(pubsub_subscribe(p, &one, slice_of("a"), false));
    assert_ok(pubsub_subscribe(p, &two, slice_of("a"), false));
    assert_ok(pubsub_subscribe(p, &two, slice_of("a*"), true));
    assert_int_equal(pubsub_publish(p, slice_of("a"), slice_of("x")), 3);
    pubsub_leave(p, &two);
    assert_int_equal(pubsub_channel_subscribers(p, slice_of("a")), 1);
    assert_int_equal(pubsub_publish(p, slice_of("a"), slice_of("x")), 1);
    edo_notify_fini(&two.has_mail);
    end(p, &one);
}

EDO_TEST(an_outbox_that_was_large_is_given_back)
{
    pubsub *p = pubsub_begin();
    subscriber s = {.cut_off = NULL};
    char *bytes = calloc(1, LONG);
    reply out = {.error = 0};

    assert_non_null(bytes);
    assert_ok(pubsub_subscribe(p, &s, slice_of("a"), false));
    assert_int_equal(pubsub_publish(p, slice_of("a"), (slice){bytes, LONG}), 1);
    assert_true(pubsub_collect(p, &s, &out));
    assert_true(out.buf.len > LONG);
    assert_true(edo_buf_spare(&s.outbox.buf) < LONG / 4);
    assert_int_equal(s.outbox.buf.limit, PUBSUB_OUTBOX_MAX);
    reply_fini(&out);
    free(bytes);
    end(p, &s);
}
