/* pty_test.c: programs in a terminal of their own. */
#include "process/children.h"

/* Where the text ends that is in there; 0: it isn't. */
static size_t end_in(const edo_buf *seen, const char *text)
{
    const unsigned char *at = seen->len ? memmem(seen->data, seen->len, text, strlen(text)) : NULL;

    return at ? (size_t)(at - seen->data) + strlen(text) : 0;
}

/* Reads until the text has come, and takes it away with what was before it. */
static void check_shows(edo_pty *pty, edo_buf *seen, const char *text)
{
    ssize_t n = 1;

    while (n > 0 && !end_in(seen, text))
        n = edo_read_buf(edo_pty_io(pty).reader, seen);
    assert_true(end_in(seen, text) > 0);
    edo_buf_consume(seen, end_in(seen, text));
}

static void type(edo_pty *pty, const char *text)
{
    assert_ok(edo_write_all(edo_pty_io(pty).writer, text, strlen(text), NULL));
}

EDO_TEST_BOTH(a_program_runs_in_a_terminal)
{
    edo_terminal_size size = {25, 80};
    edo_buf seen = {0};
    edo_pty *pty;

    assert_ok(edo_pty_open(&size, &pty));
    edo_process *child = begin(&(edo_command){
        SHELL("stty size; stty noflsh; tty; test -t 0 && test -t 2 && echo ter''minal; read line; "
              "echo \"got "
              "$line\";"
              "trap 'echo inter''rupted; exit 5' INT; echo rea''dy; while :; do read line; done"),
        .terminal = pty});
    check_shows(pty, &seen, "25 80\r\n");
    check_shows(pty, &seen, edo_pty_path(pty));
    type(pty, "hello\n");
    check_shows(pty, &seen, "got hello\r\n");
    check_shows(pty, &seen, "ready\r\n");
    assert_int_equal(getsid(edo_process_id(child)), edo_process_id(child));
    type(pty, "\3"); /* Ctrl-C, which is for the session; what is said then isn't flushed */
    check_shows(pty, &seen, "interrupted\r\n");
    while (edo_read_buf(edo_pty_io(pty).reader, &seen) > 0)
        ;
    assert_int_equal(edo_read_buf(edo_pty_io(pty).reader, &seen), 0); /* nobody has it open */
    check_ends(child, 5, 0);
    edo_process_release(child);
    edo_buf_fini(&seen);
    assert_ok(edo_pty_close(pty));
}

EDO_TEST_BOTH(a_terminal_is_resized_and_hung_up)
{
    edo_buf seen = {0};
    edo_pty *pty;

    assert_ok(edo_pty_open(NULL, &pty));
    edo_process *child = begin(&(edo_command){
        SHELL("trap 'stty size; exit 0' WINCH; echo rea''dy; while :; do read line; done"),
        .terminal = pty});
    check_shows(pty, &seen, "ready\r\n");
    assert_ok(edo_pty_resize(pty, (edo_terminal_size){40, 100}));
    type(pty, "\n"); /* its read is made anew */
    check_shows(pty, &seen, "40 100\r\n");
    check_ends(child, 0, 0);
    edo_process_release(child);
    assert_ok(edo_pty_close(pty));

    assert_ok(edo_pty_open(NULL, &pty));
    child = begin(&(edo_command){SHELL("echo rea''dy; exec cat"), .terminal = pty});
    check_shows(pty, &seen, "ready\r\n");
    assert_ok(edo_pty_close(pty));
    check_ends(child, -1, SIGHUP);
    edo_process_release(child);
    edo_buf_fini(&seen);
    assert_err(edo_pty_open(NULL, NULL), -EINVAL);
    assert_err(edo_pty_close(NULL), -EINVAL);
    assert_err(edo_pty_resize(NULL, (edo_terminal_size){1, 1}), -EINVAL);
    assert_null(edo_pty_path(NULL));
}

EDO_TEST_PLAIN(a_terminal_needs_a_runtime)
{
    int before = open_fds();
    edo_pty *pty = NULL;

    assert_err(edo_pty_open(NULL, &pty), -EDO_ENORUNTIME);
    assert_null(pty);
    assert_int_equal(open_fds(), before);
}
