/* lines.c: readers and writers: lines out of a buffered reader, an answer through a buffered writer. */
#include <stdio.h>
#include <stdlib.h>

#include <edo.h>

/* Adds up the numbers that come in, one a line. It doesn't know what they come through. */
static int add_up(edo_io io)
{
    edo_buf_reader in;
    edo_buf_writer out;
    int rc = edo_buf_reader_init(&in, io.reader, NULL);

    if (rc < 0)
        return rc;
    if ((rc = edo_buf_writer_init(&out, io.writer, NULL)) == 0) {
        edo_pieces lines = edo_lines(edo_buf_reader_reader(&in));
        char *line, answer[64];
        long sum = 0;
        while ((rc = edo_pieces_next(&lines, &line, NULL)) > 0) {
            sum += strtol(line, NULL, 10);
            int n = snprintf(answer, sizeof answer, "%ld so far\n", sum);
            if ((rc = edo_write_all(edo_buf_writer_writer(&out), answer, (size_t)n, NULL)) < 0)
                break;
        }
        edo_pieces_fini(&lines);
        if (rc == 0)
            rc = edo_shutdown(edo_buf_writer_writer(&out)); /* flushes, and ends the writing */
        edo_buf_writer_fini(&out);
    }
    edo_buf_reader_fini(&in);
    return rc;
}

static int serve(void *arg)
{
    edo_duplex *end = arg;
    int rc = add_up(edo_duplex_io(end));

    edo_duplex_close(end);
    return rc;
}

static int ask(edo_duplex *end)
{
    edo_io io = edo_duplex_io(end);
    edo_buf answer = {.limit = 1024}; /* never more, whatever comes */
    int rc = edo_write_all(io.writer, "1\n20\n300", 8, NULL);

    if (rc == 0)
        rc = edo_shutdown(io.writer);
    if (rc == 0 && (rc = edo_read_to_end(io.reader, &answer, NULL)) == 0)
        printf("%.*s", (int)answer.len, (const char *)answer.data);
    edo_buf_fini(&answer);
    return rc;
}

static int app(int argc, char **argv)
{
    edo_duplex *here, *there; /* a pipe in memory, in place of a connection */
    edo_task server;
    int ret = 0, rc = edo_duplex_new(16, &here, &there);

    (void)argc, (void)argv;
    if (rc < 0)
        return rc;
    if ((rc = edo_spawn(serve, there, &server)) < 0)
        edo_duplex_close(there);
    else
        rc = ask(here);
    edo_duplex_close(here);
    int joined = rc < 0 ? 0 : edo_join(server, &ret);
    return rc < 0 ? rc : joined < 0 ? joined : ret;
}

EDO_MAIN(app);
