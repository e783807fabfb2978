/* children.h: children of tests, and what is left of them. */
#ifndef TESTS_CHILDREN_H
#define TESTS_CHILDREN_H

#include "support/edo_test.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define SHELL(text) .program = "sh", .args = EDO_ARGS("-c", text)

static inline edo_process *begin(const edo_command *command)
{
    edo_process *child;

    assert_ok(edo_command_spawn(command, &child));
    return child;
}

/* One that runs until it is killed, or reads the end of its input. */
static inline edo_process *begin_cat(void)
{
    return begin(&(edo_command){.program = "cat", .in = EDO_STDIO_PIPE, .out = EDO_STDIO_PIPE});
}

static inline void check_ends(edo_process *child, int code, int signo)
{
    edo_exit_status status;

    assert_ok(edo_process_wait(child, &status));
    assert_int_equal(status.code, code);
    assert_int_equal(status.signal, signo);
}

/* It ends with 0, and this is its output. */
static inline void check_output(const edo_command *command, const char *text)
{
    edo_output output = {0};

    assert_ok(edo_command_output(command, &output));
    edo_buf_append(&output.out, "", 1);
    assert_string_equal((char *)output.out.data, text);
    assert_true(edo_exit_is_success(output.status));
    edo_output_fini(&output);
}

/* The receiver's bytes up to its end, with a zero behind them: to be freed. */
static inline char *read_all(edo_pipe_receiver *from)
{
    edo_buf buf = {0};

    assert_ok(edo_read_to_end(edo_pipe_reader(from), &buf, NULL));
    char *text = calloc(1, buf.len + 1);
    assert_non_null(text);
    if (buf.len)
        memcpy(text, buf.data, buf.len);
    edo_buf_fini(&buf);
    return text;
}

static inline void check_reads(edo_pipe_receiver *from, const char *text)
{
    char *found = read_all(from);

    assert_string_equal(found, text);
    free(found);
}

/* Neither running nor a zombie. */
static inline bool is_gone(pid_t pid)
{
    return kill(pid, 0) < 0 && errno == ESRCH;
}

/* It takes no status: who has ended is somebody's yet. */
static inline bool has_no_children(void)
{
    siginfo_t info;

    return waitid(P_ALL, 0, &info, WEXITED | WNOWAIT | WNOHANG) < 0 && errno == ECHILD;
}

/* By and by somebody has waited for each of them. */
static inline void check_nobody_is_left(void)
{
    task_wait_until(has_no_children());
}

/* To one process, whatever became of its number. */
static inline void kill_one(pid_t pid, int signo)
{
    assert_true(pid > 1);
    assert_int_equal(kill(pid, signo), 0);
}

/* 'S': it sleeps, 'Z': it has ended; 0: there is none. Of a thread as well. */
static inline char state_of(pid_t pid)
{
    char path[64], state = 0;

    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    FILE *file = fopen(path, "r");
    if (file && fscanf(file, "%*d (%*[^)]) %c", &state) != 1)
        state = 0;
    if (file)
        fclose(file);
    return state;
}

/* A process that traces another until it is let go: that one's end is the tracer's until then, and it doesn't look. */
typedef struct tracing {
    pid_t pid;
    int end;
} tracing;

static inline void trace(pid_t pid, int told, int end)
{
    char byte = ptrace(PTRACE_SEIZE, pid, NULL, NULL) == 0;

    if (write(told, &byte, 1) == 1 && byte)
        while (read(end, &byte, 1) > 0)
            ;
    _exit(0);
}

/* False: one may not trace here. */
static inline bool begin_tracer(tracing *t, pid_t pid)
{
    int told[2], end[2];
    char traces = 0;

    assert_int_equal(pipe(told) | pipe(end), 0);
    t->pid = fork();
    if (t->pid == 0) {
        close(end[1]);
        trace(pid, told[1], end[0]);
    }
    t->end = end[1];
    assert_int_equal(read(told[0], &traces, 1), 1);
    close(told[0]);
    close(told[1]);
    close(end[0]);
    return traces;
}

static inline void end_tracer(tracing *t)
{
    close(t->end);
    assert_int_equal(waitpid(t->pid, NULL, 0), t->pid);
}

/* A folder of the test's own, and files in it. */
static inline const char *test_folder(void)
{
    static char folder[] = "/tmp/edo-process-XXXXXX";

    static bool is_made;

    if (!is_made)
        assert_non_null(mkdtemp(folder));
    is_made = true;
    return folder;
}

static inline const char *test_path(const char *name)
{
    static char paths[4][128];
    static unsigned turn;
    char *path = paths[turn++ % 4];

    snprintf(path, sizeof paths[0], "%s/%s", test_folder(), name);
    return path;
}

static inline void write_file(const char *path, mode_t mode, const char *text)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, mode), 0);
}

static inline void check_file(const char *path, const char *text)
{
    char found[256] = {0};
    FILE *file = fopen(path, "r");

    assert_non_null(file);
    assert_true(fread(found, 1, sizeof found - 1, file) < sizeof found - 1);
    fclose(file);
    assert_string_equal(found, text);
}

static inline void remove_folder(void)
{
    edo_command command = {.program = "rm", .args = EDO_ARGS("-r", test_folder())};
    edo_exit_status status;

    assert_ok(edo_command_status(&command, &status));
    assert_true(edo_exit_is_success(status));
}

#endif
