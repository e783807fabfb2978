/*
 * pipeline_of_processes.c: the most frequent words of a file, by tr, sort, uniq and sort, each of which reads what
 * the one before it writes; the program reads the last one's lines, and ends all of them when it has enough.
 */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <edo.h>

enum { PARTS = 4, WORDS = 5 };

/* Starts one whose input is `from`, which is closed here then; its output is a pipe. */
static int start(edo_command *command, int from, edo_process **ret)
{
    command->in = (edo_stdio)EDO_STDIO_FD(from);
    command->out = (edo_stdio)EDO_STDIO_PIPE;
    command->kills_on_release = true; /* whatever happens, none is left */
    int rc = edo_command_spawn(command, ret);
    close(from);
    return rc;
}

/* Each gets the end of the pipe that the one before it writes to. */
static int start_all(edo_command *commands, const char *path, edo_process **parts)
{
    int from = open(path, O_RDONLY | O_CLOEXEC);
    int rc = from < 0 ? -errno : 0;

    for (int i = 0; i < PARTS && rc == 0; i++) {
        if ((rc = start(&commands[i], from, &parts[i])) == 0 && i + 1 < PARTS)
            rc = edo_pipe_receiver_into_blocking_fd(edo_process_take_stdout(parts[i]), &from);
    }
    return rc;
}

static int print_words(edo_process *last)
{
    edo_buf_reader buffered;
    char *line;
    size_t len;
    int rc = edo_buf_reader_init(&buffered, edo_pipe_reader(edo_process_stdout(last)), NULL);

    if (rc < 0)
        return rc;
    edo_pieces lines = edo_lines(edo_buf_reader_reader(&buffered));
    for (int i = 0; i < WORDS && (rc = (int)edo_pieces_next(&lines, &line, &len)) == 1; i++)
        printf("%s\n", line);
    edo_pieces_fini(&lines);
    edo_buf_reader_fini(&buffered);
    return rc < 0 ? rc : 0;
}

static int app(int argc, char **argv)
{
    edo_command commands[PARTS] = {
        {.program = "tr", .args = EDO_ARGS("-cs", "A-Za-z", "\\n")},
        {.program = "sort", .env = EDO_ARGS("LC_ALL=C")},
        {.program = "uniq", .args = EDO_ARGS("-c")},
        {.program = "sort", .args = EDO_ARGS("-k1,1nr", "-k2"), .env = EDO_ARGS("LC_ALL=C")},
    };
    edo_process *parts[PARTS] = {NULL};
    int rc = start_all(commands, argc > 1 ? argv[1] : "/etc/services", parts);

    if (rc == 0)
        rc = print_words(parts[PARTS - 1]);
    for (int i = 0; i < PARTS; i++)
        edo_process_release(parts[i]);
    return rc;
}

EDO_MAIN(app);
