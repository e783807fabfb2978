/*
 * streams.c: buffers, bytes and what reads into them: what lacks memory says so, and everything that was read is
 * there, in order, with the rest where it was read from.
 */
#include <string.h>

#include "faults/trial.h"

enum { LEN = 6000, LINE = 50 };

static char text[LEN];

/* What was read and what is left are the whole. */
static void check_whole(const void *read, size_t len, const edo_bytes *left)
{
    CHECK(len + left->len == LEN);
    CHECK(len == 0 || memcmp(read, text, len) == 0);
    CHECK(left->len == 0 || left->data == (unsigned char *)text + len);
}

static void read_to_the_end(void)
{
    edo_bytes source = edo_bytes_static(text, LEN);
    edo_buf buf = {0};
    int rc;

    PERSIST(rc, edo_read_to_end(edo_bytes_as_reader(&source), &buf, NULL));
    check_whole(buf.data, buf.len, &source);
    CHECK(rc < 0 || buf.len == LEN);
    edo_buf_fini(&buf);
}

static void read_lines(void)
{
    edo_bytes source = edo_bytes_static(text, LEN);
    edo_pieces lines = edo_lines(edo_bytes_as_reader(&source));
    size_t at = 0, len;
    char *line;
    int rc;

    do {
        PERSIST(rc, edo_pieces_next(&lines, &line, &len));
        CHECK(rc <= 0 || (len == LINE - 1 && memcmp(line, text + at, len) == 0));
        at += rc > 0 ? LINE : 0;
    } while (rc > 0);
    CHECK(rc < 0 || at == LEN);
    edo_pieces_fini(&lines);
}

/* Frames are cut off without memory; what outgrows its block needs some. */
static void cut_frames(void)
{
    edo_buf buf = {0};
    edo_bytes_queue queue = {0};
    size_t sent = 0;
    int rc = 0;

    for (size_t at = 0; at < LEN && rc == 0; at += LINE) {
        edo_bytes frame;
        PERSIST(rc, edo_buf_append(&buf, text + at, LINE));
        if (rc < 0)
            break;
        CHECK(edo_buf_split_to(&buf, LINE, &frame) == 0);
        PERSIST(rc, edo_bytes_queue_push(&queue, &frame));
        sent += rc == 0 ? LINE : 0;
        edo_bytes_free(&frame);
    }
    CHECK(queue.len == sent);
    edo_buf all = {0};
    PERSIST(rc,
            edo_write_all_buf(edo_buf_as_writer(&all), edo_bytes_queue_as_chunks(&queue), NULL));
    CHECK(all.len + queue.len == sent);
    CHECK(all.len == 0 || memcmp(all.data, text, all.len) == 0);
    edo_buf_fini(&all);
    edo_bytes_queue_fini(&queue);
    edo_buf_fini(&buf);
}

static void copy_bytes(void)
{
    edo_bytes copy = {0}, taken = {0};
    edo_bytes_queue queue = {0};
    edo_bytes tail = edo_bytes_static("tail", 4);
    int rc;

    PERSIST(rc, edo_bytes_copy(text, LINE, &copy));
    if (rc < 0)
        return;
    PERSIST(rc, edo_bytes_queue_push(&queue, &copy));
    if (rc == 0)
        PERSIST(rc, edo_bytes_queue_push(&queue, &tail));
    if (rc == 0)
        PERSIST(rc, edo_bytes_queue_take(&queue, LINE + 2, &taken));
    CHECK(rc < 0 || (taken.len == LINE + 2 && queue.len == 2));
    edo_bytes_free(&copy);
    edo_bytes_free(&taken);
    edo_bytes_queue_fini(&queue);
}

/* A frame that no memory was there for comes again; one that can't be encoded leaves nothing. */
static void pass_frames(void)
{
    edo_bytes source = edo_bytes_static(text, LEN), line;
    edo_lines_codec codec = {0};
    edo_framed framed = {0};
    edo_buf written = {0};
    size_t at = 0;
    int rc;

    PERSIST(rc, edo_framed_init(
                    &framed, edo_io_join(edo_bytes_as_reader(&source), edo_buf_as_writer(&written)),
                    edo_lines_decoder(&codec), edo_lines_encoder(),
                    EDO_OPTS(framed, .capacity = 1000, .boundary = 700)));
    while (rc >= 0) {
        PERSIST(rc, edo_framed_next(&framed.reader, &line));
        if (rc <= 0)
            break;
        CHECK(line.len == LINE - 1 && memcmp(line.data, text + at, line.len) == 0);
        at += LINE;
        PERSIST(rc, edo_framed_feed(&framed.writer, &line));
        edo_bytes_free(&line);
    }
    if (rc == 0)
        PERSIST(rc, edo_framed_flush(&framed.writer));
    CHECK(rc < 0 || (at == LEN && written.len == LEN));
    CHECK(written.len == 0 || memcmp(written.data, text, written.len) == 0);
    edo_framed_fini(&framed);
    edo_buf_fini(&written);
}

static int use_all(void *arg)
{
    (void)arg;
    copy_bytes(); /* first: of many calls not each is failed, and it makes few */
    read_to_the_end();
    read_lines();
    cut_frames();
    pass_frames();
    return 42;
}

void use_streams(edo_runtime_kind kind)
{
    edo_runtime *runtime;
    int rc;

    for (size_t i = 0; i < LEN; i++)
        text[i] = i % LINE == LINE - 1 ? '\n' : (char)('a' + i % 23);
    MUST(edo_runtime_new(EDO_OPTS(runtime, .kind = kind, .workers = 1), &runtime));
    trial_arm();
    PERSIST(rc, edo_block_on(runtime, use_all, NULL));
    CHECK(rc < 0 || rc == 42);
    trial_end_for_ever();
    fault_lift();
    MUST(edo_runtime_free(runtime));
}
