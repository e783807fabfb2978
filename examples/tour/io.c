/* io.c: both ends of a TCP connection in one program. */
#include <stdio.h>
#include <string.h>

#include <edo.h>

/* Takes one connection and sends everything back, in capitals. */
static int shout(void *arg)
{
    edo_tcp_listener *listener = arg;
    edo_tcp_stream *conn;
    char buf[64];
    ssize_t n;
    int rc = edo_tcp_accept(listener, &conn);

    if (rc < 0)
        return rc;
    while ((n = edo_tcp_read(conn, buf, sizeof buf)) > 0) { /* 0: the client is done */
        for (ssize_t i = 0; i < n; i++)
            if (buf[i] >= 'a' && buf[i] <= 'z')
                buf[i] = (char)(buf[i] - 'a' + 'A');
        if ((n = edo_tcp_write_all(conn, buf, (size_t)n)) < 0)
            break;
    }
    edo_tcp_close(conn);
    return (int)n;
}

static int ask(const edo_addr *addr)
{
    static const char question[] = "is anybody there?\n";
    edo_tcp_stream *conn;
    char answer[64];
    ssize_t n;
    int rc = edo_tcp_connect_addr(addr, &conn);

    if (rc < 0)
        return rc;
    rc = edo_tcp_write_all(conn, question, strlen(question));
    if (rc == 0)
        rc = edo_tcp_shutdown(conn, EDO_WRITE_HALF); /* that was all */
    while (rc == 0 && (n = edo_tcp_read(conn, answer, sizeof answer)) != 0) {
        if (n < 0)
            rc = (int)n;
        else
            printf("%.*s", (int)n, answer);
    }
    edo_tcp_close(conn);
    return rc;
}

static int app(int argc, char **argv)
{
    edo_tcp_listener *listener;
    edo_addr addr;
    edo_task server;
    int rc = edo_tcp_listen("127.0.0.1:0", &listener); /* 0: any free port */

    (void)argc, (void)argv;
    if (rc < 0)
        return rc;
    if ((rc = edo_tcp_listener_addr(listener, &addr)) == 0 &&
        (rc = edo_spawn(shout, listener, &server)) == 0) {
        int served = 0;
        if ((rc = ask(&addr)) < 0)
            edo_task_abort(server);
        edo_join(server, &served);
        rc = rc < 0 ? rc : served;
    }
    edo_tcp_listener_close(listener);
    return rc;
}

EDO_MAIN(app);
