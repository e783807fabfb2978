/*
 * items.c: streams of items that are too large for a stage's own room, with nexts that lose; and of copies.
 *
 * Whatever fails for want of memory may be asked again, and every item comes once.
 */
#include <dirent.h>

#include "faults/trial.h"

enum { COUNT = 40, BATCH = 12 };

typedef struct large {
    int number;
    char rest[60];
} large;

static const edo_item large_item = {.size = sizeof(large), .align = _Alignof(large)};

static int count_up(void *arg, void *ret_item)
{
    large *item = ret_item;

    *item = (large){.number = *(int *)arg};
    return (*(int *)arg)++ < COUNT;
}

static int pass(void *arg, void *item, void *ret_item)
{
    (void)arg;
    memcpy(ret_item, item, sizeof(large));
    return 1;
}

/* A next, which now and then loses; its item is the following one's, or it says that it kept it. */
static int64_t next_of(edo_stream s, large *item, bool loses)
{
    edo_stream_next_future next;
    unsigned left = trial_attempts();
    int64_t rc;

    do { /* one that has failed is done with: the following one asks again */
        next = edo_stream_next_async(s, item);
        rc = TRY(edo_await(&next.base));
    } while (rc < 0 && --left > 0);
    if (loses && rc == 1)
        edo_future_put_back(&next.base);
    if (next.base.result == -ECANCELED)
        PERSIST(rc, edo_stream_next(s, item));
    return rc;
}

static void one_by_one(void)
{
    edo_iter iters[2];
    edo_stage stages[2];
    edo_pair pair;
    edo_stream a, b;
    int first = 0, second = 0, sum = 0, count = 0;
    large item;

    a = edo_stream_from_fn(&iters[0], count_up, &first, &large_item);
    b = edo_stream_from_fn(&iters[1], count_up, &second, &large_item);
    a = edo_stream_map(&stages[0], a, pass, NULL, &large_item);
    b = edo_stream_peekable(&stages[1], b);
    edo_stream s = edo_stream_merge(&pair, a, b);
    while (!trial_has_failed() && next_of(s, &item, count % 7 == 3) == 1) {
        sum += item.number;
        count++;
    }
    CHECK(count == 2 * COUNT && sum == (COUNT - 1) * COUNT);
    edo_stream_release(s);
}

static void in_batches(void)
{
    edo_iter iter;
    edo_stream_chunks chunks;
    edo_stream s;
    edo_items batch = {0};
    int first = 0, count = 0, rc;

    s = edo_stream_from_fn(&iter, count_up, &first, &large_item);
    MUST(edo_stream_chunks_timeout(&chunks, s, BATCH, EDO_SECONDS(60), &s));
    for (;;) {
        PERSIST(rc, edo_stream_next(s, &batch));
        if (rc != 1)
            break;
        for (size_t i = 0; i < batch.len; i++)
            CHECK(((large *)batch.data)[i].number == count++);
        edo_items_fini(&batch);
    }
    CHECK(count == COUNT);
    edo_stream_release(s);
}

static void all_at_once(void)
{
    edo_iter iter;
    edo_items all = {0};
    int first = 0, rc;
    edo_stream s = edo_stream_from_fn(&iter, count_up, &first, &large_item);

    PERSIST(rc, edo_stream_collect(s, &all)); /* goes on where it came to */
    CHECK(all.len == COUNT);
    for (size_t i = 0; i < all.len; i++)
        CHECK(((large *)all.data)[i].number == (int)i);
    edo_items_fini(&all);
}

static void by_keys(void)
{
    edo_keyed_streams *k = NULL;
    edo_iter iters[12];
    int firsts[12] = {0}, rc, count = 0, key;
    large item;

    PERSIST(rc, edo_keyed_streams_new(sizeof key, &large_item, 4, &k));
    if (rc < 0)
        return;
    for (int i = 0; i < 12; i++) {
        edo_stream s = edo_stream_from_fn(&iters[i], count_up, &firsts[i], &large_item);
        PERSIST(rc, edo_keyed_streams_insert(k, &i, s, NULL));
        CHECK(edo_keyed_streams_contains(k, &i) == (rc == 0));
    }
    size_t len = edo_keyed_streams_len(k);
    for (;;) {
        PERSIST(rc, edo_keyed_streams_next(k, &key, &item));
        if (rc != 1)
            break;
        count++;
    }
    CHECK(count == COUNT * (int)len);
    edo_keyed_streams_free(k);
}

static void lines(void)
{
    edo_bytes text = edo_bytes_static("a\nb\nc\n", 6), line;
    edo_piece_items items;
    int rc;
    edo_stream s = edo_stream_of_pieces(&items, edo_lines(edo_bytes_as_reader(&text)));

    for (int i = 0; i < 3; i++) {
        PERSIST(rc, edo_stream_next(s, &line));
        CHECK(rc == 1);
        if (rc != 1)
            break;
        CHECK(line.len == 1 && *line.data == 'a' + i);
        edo_bytes_free(&line);
    }
    edo_stream_release(s);
}

static int names_in(const char *path)
{
    DIR *dir = opendir(path);
    int count = -2; /* "." and ".." */

    if (!dir)
        return 0;
    while (readdir(dir))
        count++;
    closedir(dir);
    return count;
}

static void entries(void)
{
    static const char path[] = "/proc/self/ns";
    edo_dir *dir = NULL;
    edo_dir_items items;
    edo_dir_entry entry;
    int rc, count = 0;

    PERSIST(rc, edo_dir_open(path, &dir));
    if (rc < 0)
        return;
    edo_stream s = edo_stream_of_dir(&items, dir);
    for (;;) {
        PERSIST(rc, edo_stream_next(s, &entry));
        if (rc != 1)
            break;
        count++;
        edo_dir_entry_fini(&entry);
    }
    CHECK(rc < 0 || count == names_in(path));
    edo_stream_release(s);
}

static int use_each(void *arg)
{
    (void)arg;
    trial_arm();
    one_by_one();
    in_batches();
    all_at_once();
    by_keys();
    lines();
    entries();
    fault_lift();
    return 0;
}

void use_items(edo_runtime_kind kind)
{
    edo_runtime *runtime = NULL;

    MUST(edo_runtime_new(EDO_OPTS(runtime, .kind = kind, .seed = 3), &runtime));
    MUST(edo_block_on(runtime, use_each, NULL));
    MUST(edo_runtime_free(runtime));
}
