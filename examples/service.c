/*
 * service.c: a server as an init system likes it: SIGHUP reads its configuration anew while it serves on; SIGTERM and
 * Ctrl-C take no more clients, let those that are there finish, and end it with 0.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include <edo.h>

typedef struct config {
    char greeting[64];
} config;

typedef struct service {
    edo_watch_sender *configs;
    edo_cancel_token *stop;
    const char *path;
} service;

static int load(const char *path, config *ret)
{
    FILE *file = fopen(path, "r"); /* small, and at hand */

    if (!file)
        return -errno;
    int fields = fscanf(file, "greeting = %63s", ret->greeting);
    fclose(file);
    return fields == 1 ? 0 : -EINVAL;
}

/* Greets as it is configured when the client comes, and then says what it hears until the client has enough. */
static int greet(edo_tcp_stream *conn, void *arg)
{
    service *s = arg;
    edo_watch_ref ref;
    config now = *(const config *)edo_watch_sender_borrow(s->configs, &ref);
    edo_io io = edo_tcp_io(conn);

    edo_watch_borrow_end(&ref);
    int rc = edo_tcp_write_all(conn, now.greeting, strlen(now.greeting));
    if (rc == 0)
        rc = edo_copy(io.reader, io.writer, NULL);
    edo_tcp_close(conn);
    return rc;
}

static void reload(const service *s)
{
    config next;
    int rc = load(s->path, &next);

    if (rc == 0)
        rc = edo_watch_send_replace(s->configs, &next, NULL);
    fprintf(stderr, "reload: %s\n", rc < 0 ? edo_strerror(rc) : "done");
}

/* A task of its own, in which signals are events like others. 0 when the service is to end. */
static int obey_signals(service *s, edo_signal *hangup, edo_signal *terminate,
                        edo_signal *interrupt)
{
    for (;;) {
        edo_signal_recv_future again = edo_signal_recv_async(hangup);
        edo_signal_recv_future asked = edo_signal_recv_async(terminate);
        edo_signal_recv_future typed = edo_signal_recv_async(interrupt);
        int which = edo_select(&again.base, &asked.base, &typed.base);

        if (which != 0)
            return which < 0 ? which : 0;
        reload(s);
    }
}

static int obey(void *arg)
{
    service *s = arg;
    edo_signal *hangup = NULL, *terminate = NULL, *interrupt = NULL;
    int rc = edo_signal_open(SIGHUP, &hangup);

    if (rc == 0 && (rc = edo_signal_open(SIGTERM, &terminate)) == 0)
        rc = edo_signal_open(SIGINT, &interrupt);
    fprintf(stderr, "ready\n"); /* from here on a signal does what it is meant to */
    if (rc == 0)
        rc = obey_signals(s, hangup, terminate, interrupt);
    edo_cancel_token_cancel(s->stop); /* the server ends, also if signals can't be had */
    edo_signal_close(hangup);
    edo_signal_close(terminate);
    edo_signal_close(interrupt);
    return rc == -ECANCELED ? 0 : rc;
}

static int serve(service *s, const char *address)
{
    edo_tcp_listener *listener;
    edo_task signals;
    int rc = edo_tcp_listen(address, &listener);

    if (rc < 0)
        return rc;
    if ((rc = edo_spawn(obey, s, &signals)) == 0) {
        rc = edo_serve(listener, greet, s, EDO_OPTS(serve, .limit = 1000, .stop = s->stop));
        edo_task_abort(signals);
        edo_join(signals, NULL);
    }
    edo_tcp_listener_close(listener);
    return rc;
}

static int app(int argc, char **argv)
{
    service s = {.path = argc > 1 ? argv[1] : "service.conf"};
    config first;
    int rc = load(s.path, &first);

    if (rc < 0 || (rc = edo_watch_new(EDO_ITEM(config), &first, &s.configs, NULL)) < 0)
        return rc;
    if ((rc = edo_cancel_token_new(&s.stop)) == 0) {
        rc = serve(&s, argc > 2 ? argv[2] : "127.0.0.1:8080");
        edo_cancel_token_free(s.stop);
    }
    edo_watch_sender_free(s.configs);
    return rc;
}

EDO_MAIN(app);
