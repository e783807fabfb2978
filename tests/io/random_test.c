/*
 * random_test.c: random bytes, in random pieces with random waits, through everything that is made of reads
 * and writes: what comes out is what went in.
 */
#include "io/feed.h"

#include <stdlib.h>

#define MOST 3000

static rng choices;
static unsigned char data[MOST];

/* Few different bytes, so that delimiters are frequent. */
static feed random_feed(void)
{
    feed f = {.data = data, .random = &choices};

    f.len = rng_below(&choices, MOST);
    for (size_t i = 0; i < f.len; i++)
        data[i] = (unsigned char)('a' + rng_below(&choices, 6));
    return f;
}

static void ends_as(edo_buf *buf, const feed *f)
{
    assert_int_equal(buf->len, f->len);
    assert_memory_equal(buf->data ? buf->data : data, data, f->len);
    edo_buf_fini(buf);
}

#define ROUNDS test_count(200)

EDO_TEST_BOTH(random_pieces_to_the_end)
{
    for (unsigned i = 0; i < ROUNDS; i++) {
        feed f;
        edo_buf buf = {0};
        size_t done, before;
        rng_seed(&choices, i + 1);
        f = random_feed();
        before = rng_below(&choices, (uint32_t)f.len + 1);
        assert_ok(edo_buf_append(&buf, data, before));
        f.at = before;
        assert_ok(edo_read_to_end(feed_reader(&f), &buf, &done));
        assert_int_equal(done, f.len - before);
        ends_as(&buf, &f);
    }
}

EDO_TEST_BOTH(random_pieces_exactly)
{
    for (unsigned i = 0; i < ROUNDS; i++) {
        unsigned char bytes[MOST];
        size_t at = 0, done = 0;
        rng_seed(&choices, i + 1);
        feed f = random_feed();
        int rc = 0;
        while (rc == 0 && at < f.len) {
            size_t n = 1 + rng_below(&choices, 200);
            n = n < MOST - at ? n : MOST - at;
            rc = edo_read_exact(feed_reader(&f), bytes + at, n, &done);
            at += done;
        }
        assert_true(rc == 0 || rc == -EDO_EEOF);
        assert_int_equal(at, f.len);
        assert_memory_equal(bytes, data, f.len);
    }
}

/* Every piece is as it was cut by hand. */
EDO_TEST_BOTH(random_pieces_up_to_a_delimiter)
{
    for (unsigned i = 0; i < ROUNDS; i++) {
        edo_buf buf = {0};
        size_t done = 1;
        rng_seed(&choices, i + 1);
        feed f = random_feed();
        for (size_t at = 0; done > 0; at += done) {
            assert_ok(edo_read_until(feed_reader(&f), 'c', &buf, &done));
            const unsigned char *c = at < f.len ? memchr(data + at, 'c', f.len - at) : NULL;
            assert_int_equal(done, c ? (size_t)(c - data) + 1 - at : f.len - at);
        }
        ends_as(&buf, &f);
    }
}

EDO_TEST_BOTH(random_pieces_as_lines)
{
    for (unsigned i = 0; i < ROUNDS; i++) {
        size_t at = 0, len;
        char *piece;
        rng_seed(&choices, i + 1);
        feed f = random_feed();
        edo_pieces pieces = edo_split_at(feed_reader(&f), 'd');
        while (edo_pieces_next(&pieces, &piece, &len) > 0) {
            const unsigned char *d = memchr(data + at, 'd', f.len - at);
            assert_int_equal(len, d ? (size_t)(d - data) - at : f.len - at);
            assert_memory_equal(piece, data + at, len);
            at += len + (d != NULL);
        }
        assert_int_equal(at, f.len);
        edo_pieces_fini(&pieces);
    }
}

EDO_TEST_BOTH(random_parts_one_after_the_other)
{
    for (unsigned i = 0; i < ROUNDS; i++) {
        edo_buf buf = {0};
        rng_seed(&choices, i + 1);
        feed f = random_feed();
        size_t cut = rng_below(&choices, (uint32_t)f.len + 1);
        edo_take first = edo_take_from(feed_reader(&f), cut);
        edo_chain both = edo_chain_of(edo_take_reader(&first), feed_reader(&f));
        assert_ok(edo_read_to_end(edo_chain_reader(&both), &buf, NULL));
        ends_as(&buf, &f);
    }
}

/* The data as pieces, of which some are empty. */
static size_t cut_up(const feed *f, struct iovec *pieces, size_t most)
{
    size_t count = 0;

    for (size_t at = 0; at < f->len && count + 2 < most; count++) {
        size_t n = rng_below(&choices, 40);
        n = n < f->len - at ? n : f->len - at;
        pieces[count] = (struct iovec){data + at, n};
        at += n;
        if (count + 3 == most || at == f->len) {
            pieces[++count] = (struct iovec){data + at, f->len - at};
            at = f->len;
        }
    }
    return count;
}

EDO_TEST_BOTH(random_writes_of_pieces)
{
    for (unsigned i = 0; i < ROUNDS; i++) {
        struct iovec pieces[300];
        drain d = {.random = &choices};
        size_t done;
        rng_seed(&choices, i + 1);
        feed f = random_feed();
        size_t count = cut_up(&f, pieces, 300);
        edo_writer to = i % 2 ? drain_vectored(&d) : drain_writer(&d);
        assert_ok(edo_write_all_vectored(to, pieces, count, &done));
        assert_int_equal(done, f.len);
        ends_as(&d.got, &f);
    }
}

EDO_TEST_BOTH(random_writes_of_bytes_and_chunks)
{
    for (unsigned i = 0; i < ROUNDS; i++) {
        struct iovec pieces[300];
        edo_bytes_queue queue = {0};
        drain one = {.random = &choices}, two = {.random = &choices};
        rng_seed(&choices, i + 1);
        feed f = random_feed();
        size_t count = cut_up(&f, pieces, 300);
        assert_ok(edo_write_all(drain_writer(&one), data, f.len, NULL));
        ends_as(&one.got, &f);
        for (size_t j = 0; j < count; j++) {
            edo_bytes part;
            assert_ok(edo_bytes_copy(pieces[j].iov_base, pieces[j].iov_len, &part));
            assert_ok(edo_bytes_queue_push(&queue, &part));
        }
        edo_writer to = i % 2 ? drain_vectored(&two) : drain_writer(&two);
        assert_ok(edo_write_all_buf(to, edo_bytes_queue_as_chunks(&queue), NULL));
        ends_as(&two.got, &f);
        edo_bytes_queue_fini(&queue);
    }
}

/* Several tasks, each with its own, on several threads. */
static int numbers_there_and_back(void *arg)
{
    rng mine = {0};
    rng_seed(&mine, 1 + (uint64_t)(uintptr_t)arg);

    for (int i = 0; i < 50; i++) {
        uint64_t value = rng_next(&mine), back = 0;
        drain d = {.random = &mine};
        assert_ok(edo_write_u64_le(drain_writer(&d), value));
        feed f = {.data = d.got.data, .len = 8, .random = &mine};
        assert_ok(edo_read_u64_le(feed_reader(&f), &back));
        assert_true(value == back);
        edo_buf_fini(&d.got);
    }
    return 0;
}

EDO_TEST_MT(random_numbers_in_many_tasks)
{
    edo_join_set *set;
    edo_joined joined;

    assert_ok(edo_join_set_new(&set));
    for (uintptr_t i = 0; i < test_count(200); i++)
        assert_ok(edo_join_set_spawn(set, numbers_there_and_back, (void *)i, NULL));
    while (edo_join_set_next(set, &joined) > 0)
        assert_int_equal(joined.result, 0);
    edo_join_set_free(set);
}
