/* config_reload.c: SIGHUP reads the configuration anew, and every task goes on by it at once. */
#include <signal.h>
#include <stdio.h>

#include <edo.h>

enum { WORKERS = 2 };

typedef struct config {
    char greeting[64];
    int every_ms;
} config;

static int load(const char *path, config *ret)
{
    FILE *file = fopen(path, "r"); /* small, and read before anything waits for it */

    if (!file)
        return -errno;
    int fields = fscanf(file, "greeting = %63s every_ms = %d", ret->greeting, &ret->every_ms);
    fclose(file);
    return fields == 2 && ret->every_ms > 0 ? 0 : -EINVAL;
}

/* A job after each pause; a change ends the pause, and the end of all senders the work. */
static int work(void *arg)
{
    edo_watch_receiver *rx = arg;
    edo_watch_ref ref;
    int64_t rc = 0;

    while (rc == 0) {
        const config *now = edo_watch_borrow_and_update(rx, &ref);
        printf("%s every %d ms\n", now->greeting, now->every_ms);
        do { /* what is borrowed stays as it is, whatever is sent meanwhile */
            edo_watch_changed_future changed = edo_watch_changed_async(rx);
            rc = edo_timeout(&changed.base, EDO_MILLIS((uint64_t)now->every_ms));
        } while (rc == -ETIMEDOUT);
        edo_watch_borrow_end(&ref);
    }
    edo_watch_receiver_free(rx);
    return rc == -EPIPE ? 0 : (int)rc;
}

/* Until Ctrl-C. A configuration that can't be read leaves the one before in force. */
static int reload(edo_watch_sender *tx, const char *path, edo_signal *hangup, edo_signal *interrupt)
{
    for (;;) {
        edo_signal_recv_future again = edo_signal_recv_async(hangup);
        edo_signal_recv_future over = edo_signal_recv_async(interrupt);
        int rc = edo_select(&again.base, &over.base);
        config next;

        if (rc != 0)
            return rc < 0 ? rc : (int)over.base.result;
        if ((rc = (int)again.base.result) == 0 && (rc = load(path, &next)) == 0)
            rc = edo_watch_send(tx, &next);
        if (rc < 0)
            fprintf(stderr, "%s: %s\n", path, edo_strerror(rc));
    }
}

static int serve(edo_watch_sender *tx, const char *path)
{
    edo_signal *hangup = NULL, *interrupt = NULL;
    edo_task workers[WORKERS] = {{0}};
    edo_watch_receiver *rx;
    int rc = edo_signal_open(SIGHUP, &hangup);

    if (rc == 0)
        rc = edo_signal_open(SIGINT, &interrupt);
    for (int i = 0; i < WORKERS && rc == 0; i++) {
        rc = edo_watch_subscribe(tx, &rx);
        if (rc == 0 && (rc = edo_spawn(work, rx, &workers[i])) < 0)
            edo_watch_receiver_free(rx);
    }
    if (rc == 0)
        rc = reload(tx, path, hangup, interrupt);
    edo_watch_sender_free(tx); /* the last one: the workers end */
    for (int i = 0; i < WORKERS; i++)
        edo_join(workers[i], NULL); /* -ESRCH for one that was never spawned */
    edo_signal_close(hangup);
    edo_signal_close(interrupt);
    return rc;
}

static int app(int argc, char **argv)
{
    const char *path = argc > 1 ? argv[1] : "greeter.conf";
    edo_watch_sender *tx;
    config first;
    int rc = load(path, &first);

    setvbuf(stdout, NULL, _IOLBF, 0);
    rc = rc < 0 ? rc : edo_watch_new(EDO_ITEM(config), &first, &tx, NULL);
    return rc < 0 ? rc : serve(tx, path);
}

EDO_MAIN(app);
