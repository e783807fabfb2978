/* yield_test.c: what is always ready gives way to others all the same. */
#include "support/edo_test.h"

#include <stdio.h>

static bool others_ran;

static int run_meanwhile(void *arg)
{
    (void)arg;
    others_ran = true;
    return 0;
}

/* Calls `round` until another task has run: within the budget, which is 128. */
static void check_gives_way(void (*round)(void))
{
    unsigned rounds = 0;

    others_ran = false;
    assert_ok(edo_yield()); /* a budget of its own */
    assert_ok(edo_spawn(run_meanwhile, NULL, NULL));
    while (!others_ran) {
        round();
        assert_true(++rounds <= 129);
    }
    assert_true(rounds > 32); /* and not at each of them */
}

static char bytes[4096];

static void read_empty(void)
{
    assert_int_equal(edo_read(edo_empty(), bytes, sizeof bytes), 0);
}

static void read_line_of_empty(void)
{
    edo_buf buf = {0};

    assert_ok(edo_read_line(edo_empty(), &buf, NULL));
    edo_buf_fini(&buf);
}

EDO_TEST(reading_nothing_gives_way) /* io-027 */
{
    check_gives_way(read_empty);
    check_gives_way(read_line_of_empty);
}

static void read_exactly(void)
{
    assert_ok(edo_read_exact(edo_repeat(1), bytes, sizeof bytes, NULL));
}

static void write_to_sink(void)
{
    assert_ok(edo_write_all(edo_sink(), bytes, sizeof bytes, NULL));
}

static void flush_sink(void)
{
    assert_ok(edo_flush(edo_sink()));
}

static void shut_sink(void)
{
    assert_ok(edo_shutdown(edo_sink()));
}

static void seek_nowhere(void)
{
    assert_int_equal(edo_seek(edo_empty_seeker(), 0, SEEK_SET), 0);
}

EDO_TEST(what_never_waits_gives_way) /* io-028 */
{
    check_gives_way(seek_nowhere);
    check_gives_way(read_exactly);
    check_gives_way(write_to_sink);
    check_gives_way(flush_sink);
    check_gives_way(shut_sink);
}

/* A single composite of many steps gives way too. */
static void read_very_long(void)
{
    static char large[64];
    edo_chain chain = edo_chain_of(edo_empty(), edo_repeat(1));
    edo_take take = edo_take_from(edo_chain_reader(&chain), 1);

    for (int i = 0; i < 2; i++) {
        take.left = 1;
        assert_int_equal(edo_read(edo_take_reader(&take), large, sizeof large), 1);
    }
}

EDO_TEST(what_is_made_of_others_spends_once_a_step)
{
    check_gives_way(read_very_long);
}
