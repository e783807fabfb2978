/* udp_echo.c: a UDP echo server: sends each datagram back to who sent it, until Ctrl-C. */
#include <edo.h>

static int echo(void *arg)
{
    edo_udp_socket *socket = arg;
    edo_addr from;
    char buf[65536];
    ssize_t n;

    /* What was sent back may be lost, here as anywhere on its way: that is the asker's to notice. */
    while ((n = edo_udp_recv_from(socket, buf, sizeof buf, &from)) >= 0)
        edo_udp_send_to(socket, buf, (size_t)n, &from);
    return (int)n;
}

static int app(int argc, char **argv)
{
    edo_udp_socket *socket;
    edo_task server;
    int end = 0, rc = edo_udp_bind(argc > 1 ? argv[1] : "127.0.0.1:8080", &socket);

    if (rc < 0)
        return rc;
    if ((rc = edo_spawn(echo, socket, &server)) == 0) {
        rc = edo_termination();
        edo_task_abort(server);
        edo_join(server, &end);
    }
    edo_udp_close(socket);
    if (end < 0 && end != -ECANCELED)
        return end;
    return rc < 0 ? rc : 0;
}

EDO_MAIN(app);
