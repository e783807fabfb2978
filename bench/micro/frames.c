/* frames.c: messages cut out of a stream of bytes. */
#include <string.h>

#include "harness/bench.h"

enum { LINE = 40, PIPE = 8192 };

typedef struct line_writer {
    bench *bench;
    edo_duplex *end;
} line_writer;

static int write_lines(void *arg)
{
    line_writer *own = arg;
    edo_framed_writer out;
    char text[LINE];

    memset(text, 'x', LINE);
    edo_bytes line = edo_bytes_static(text, LINE);
    bench_check(own->bench, edo_framed_writer_init(&out, edo_duplex_writer(own->end),
                                                   edo_lines_encoder(), NULL));
    for (uint64_t i = 0; i < own->bench->ops; i++)
        bench_check(own->bench, edo_framed_feed(&out, &line));
    bench_check(own->bench, edo_framed_close(&out));
    edo_framed_writer_fini(&out);
    return 0;
}

static uint64_t read_lines(bench *b, edo_duplex *end)
{
    edo_lines_codec codec = {.max_len = 4096};
    edo_framed_reader in;
    edo_bytes line;
    uint64_t sum = 0;
    int rc;

    bench_check(
        b, edo_framed_reader_init(&in, edo_duplex_reader(end), edo_lines_decoder(&codec), NULL));
    while ((rc = edo_framed_next(&in, &line)) > 0) {
        sum += line.len;
        edo_bytes_free(&line);
    }
    bench_check(b, rc);
    edo_framed_reader_fini(&in);
    return sum;
}

/* An op is a line of 40 bytes, encoded by one task, through a pipe in memory of 8 KiB, and decoded by another. */
EDO_BENCH(framed_lines, 1)
{
    line_writer own = {.bench = b};
    edo_duplex *end;
    edo_task task;

    bench_start(b);
    bench_check(b, edo_duplex_new(PIPE, &own.end, &end));
    bench_check(b, edo_spawn(write_lines, &own, &task));
    uint64_t sum = read_lines(b, end);
    bench_check(b, edo_join(task, NULL));
    bench_stop(b);
    bench_equal(b, sum, b->ops * LINE);
    edo_duplex_close(own.end);
    edo_duplex_close(end);
}
