/*
 * number_lines.c: readers made of readers: what several servers send, one after the other, at most so many bytes
 * of each, as numbered lines.
 *
 *     number_lines BYTES HOST:PORT ...
 */
#include <stdio.h>
#include <stdlib.h>

#include <edo.h>

#define SOURCES 16

/* A connection, in parts that are built one on the other. */
typedef struct source {
    edo_tcp_stream *conn;
    edo_buf_reader buffered; /* lines need a buffer */
    edo_take first;          /* the first bytes of it */
    edo_chain joined;        /* what came before, and then these */
} source;

static int open_source(source *s, const char *address, uint64_t limit, edo_reader before)
{
    int rc = edo_tcp_connect(address, &s->conn);

    if (rc < 0)
        return rc;
    rc = edo_buf_reader_init(&s->buffered, edo_tcp_reader(s->conn), NULL);
    if (rc < 0) {
        edo_tcp_close(s->conn);
        return rc;
    }
    s->first = edo_take_from(edo_buf_reader_reader(&s->buffered), limit);
    s->joined = edo_chain_of(before, edo_take_reader(&s->first));
    return 0;
}

static void close_source(source *s)
{
    edo_buf_reader_fini(&s->buffered);
    edo_tcp_close(s->conn);
}

static int number_lines(edo_reader from)
{
    edo_pieces lines = edo_lines(from);
    unsigned number = 0;
    char *line;
    int rc;

    lines.limit = 4096; /* whoever sends a longer one is up to something */
    while ((rc = edo_pieces_next(&lines, &line, NULL)) > 0)
        if (printf("%u %s\n", ++number, line) < 0)
            rc = -EIO;
    edo_pieces_fini(&lines);
    return rc;
}

static int app(int argc, char **argv)
{
    source sources[SOURCES];
    edo_reader all = edo_empty();
    int opened = 0, rc = argc >= 3 && argc - 2 <= SOURCES ? 0 : -EINVAL;
    uint64_t limit = argc > 1 ? strtoull(argv[1], NULL, 10) : 0;

    while (rc == 0 && opened < argc - 2) {
        rc = open_source(&sources[opened], argv[2 + opened], limit, all);
        if (rc == 0)
            all = edo_chain_reader(&sources[opened++].joined);
    }
    if (rc == 0)
        rc = number_lines(all);
    while (opened > 0)
        close_source(&sources[--opened]);
    return rc;
}

EDO_MAIN(app);
