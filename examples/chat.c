/* chat.c: a chat server: each line of one goes to all the others; Ctrl-C ends it in order. */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include <edo.h>

enum { SEATS = 100, LINE_MAX_LEN = 512, OUTBOX_SIZE = 8192 };

typedef struct member {
    edo_tcp_stream *stream; /* NULL: the seat is free */
    edo_task task;          /* who sits here, or sat here last; the acceptor's */
    edo_waker waker;        /* wakes the member when there is something in its outbox */
    size_t out_len;
    char out[OUTBOX_SIZE];
} member;

/* Nobody awaits while holding the lock: another task on this thread might want it. */
static struct {
    pthread_mutex_t lock;
    bool closing;
    member seats[SEATS];
} room = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* Puts a line into every outbox but the sender's. A member too slow to empty its own misses it. */
static void tell_all_but(const member *sender, const char *line, size_t len, bool closing)
{
    pthread_mutex_lock(&room.lock);
    room.closing |= closing;
    for (member *m = room.seats; m < room.seats + SEATS; m++) {
        if (!m->stream || m == sender)
            continue;
        if (len <= sizeof m->out - m->out_len) {
            memcpy(m->out + m->out_len, line, len);
            m->out_len += len;
        }
        edo_waker_wake(m->waker);
        m->waker = (edo_waker){0};
    }
    pthread_mutex_unlock(&room.lock);
}

/* The poll of a future that is READY when there is something to tell a member. */
static edo_poll outbox_poll(void *arg, const edo_waker *waker, int64_t *ret_result)
{
    member *m = arg;
    edo_poll poll = EDO_READY;

    *ret_result = 0;
    pthread_mutex_lock(&room.lock);
    if (m->out_len == 0 && !room.closing) {
        edo_waker_drop(m->waker); /* of an earlier poll */
        m->waker = (edo_waker){0};
        *ret_result = edo_waker_clone(waker, &m->waker);
        poll = *ret_result < 0 ? EDO_READY : EDO_PENDING;
    }
    pthread_mutex_unlock(&room.lock);
    return poll;
}

/* Sends what is in the outbox. 1; 0 when that was the last of it; a negative error. */
static int send_outbox(member *m)
{
    char text[OUTBOX_SIZE];

    pthread_mutex_lock(&room.lock);
    size_t len = m->out_len;
    bool closing = room.closing;
    memcpy(text, m->out, len);
    m->out_len = 0;
    pthread_mutex_unlock(&room.lock);
    int rc = edo_tcp_write_all(m->stream, text, len);
    return rc < 0 ? rc : !closing;
}

/* Passes the whole lines on; returns how much is left of the buffer, which begins with a name. */
static size_t pass_on(const member *m, char *line, size_t name_len, size_t len)
{
    char *end;

    while ((end = memchr(line + name_len, '\n', len - name_len))) {
        size_t line_len = (size_t)(end + 1 - line);
        tell_all_but(m, line, line_len, false);
        len -= line_len - name_len;
        memmove(line + name_len, end + 1, len - name_len);
    }
    return len;
}

static int talk(void *arg)
{
    member *m = arg;
    char line[LINE_MAX_LEN];
    int rc = snprintf(line, sizeof line, "%d: ", (int)(m - room.seats));
    size_t name_len = (size_t)rc, len = name_len;

    while (rc > 0) {
        edo_tcp_read_future heard = edo_tcp_read_async(m->stream, line + len, sizeof line - len);
        edo_poll_fn_future told = edo_poll_fn(outbox_poll, m);
        int first = edo_select(&heard.base, &told.base); /* the loser has taken nothing */
        if (first == 0 && (rc = (int)heard.base.result) > 0) {
            len = pass_on(m, line, name_len, len + (size_t)rc);
            if (len == sizeof line)
                rc = -EDO_ETOOLONG;
        } else if (first == 1) {
            rc = told.base.result < 0 ? (int)told.base.result : send_outbox(m);
        } else if (first < 0) {
            rc = first; /* this task was aborted */
        }
    }
    pthread_mutex_lock(&room.lock);
    edo_tcp_close(m->stream);
    m->stream = NULL;
    edo_waker_drop(m->waker);
    m->waker = (edo_waker){0};
    pthread_mutex_unlock(&room.lock);
    return rc;
}

/* Gives a connection the first free seat. Only the acceptor fills seats. */
static int seat(edo_tcp_stream *stream)
{
    member *m = room.seats;

    pthread_mutex_lock(&room.lock);
    while (m < room.seats + SEATS && m->stream)
        m++;
    pthread_mutex_unlock(&room.lock);
    if (m == room.seats + SEATS)
        return -EBUSY;
    int rc = edo_join(m->task, NULL); /* whoever sat here has left */
    if (rc < 0 && rc != -ESRCH)       /* -ESRCH: nobody did */
        return rc;
    pthread_mutex_lock(&room.lock);
    m->out_len = 0;
    m->stream = stream;
    if ((rc = edo_spawn(talk, m, &m->task)) < 0)
        m->stream = NULL;
    pthread_mutex_unlock(&room.lock);
    return rc;
}

static int accept_all(void *arg)
{
    edo_tcp_stream *stream;
    int rc;

    while ((rc = edo_tcp_accept(arg, &stream)) == 0)
        if (seat(stream) < 0)
            edo_tcp_close(stream);
    return rc;
}

/* Says goodbye, and waits until everybody has heard it, or for five seconds. */
static void close_room(void)
{
    static const char goodbye[] = "* goodbye\n";
    edo_instant deadline = edo_instant_add(edo_now(), EDO_SECONDS(5));

    tell_all_but(NULL, goodbye, strlen(goodbye), true);
    for (member *m = room.seats; m < room.seats + SEATS; m++) {
        edo_join_future end = edo_join_async(m->task, NULL);
        if (edo_timeout_at(&end.base, deadline) == -ETIMEDOUT) {
            edo_task_abort(m->task);
            edo_join(m->task, NULL);
        }
    }
}

static int app(int argc, char **argv)
{
    edo_tcp_listener *listener;
    edo_task acceptor;
    int rc = edo_tcp_listen(argc > 1 ? argv[1] : "127.0.0.1:8081", &listener);

    if (rc < 0)
        return rc;
    if ((rc = edo_spawn(accept_all, listener, &acceptor)) == 0) {
        rc = edo_termination(); /* Ctrl-C, or the signal that asks a server to end */
        edo_task_abort(acceptor);
        edo_join(acceptor, NULL);
    }
    edo_tcp_listener_close(listener);
    close_room();
    return rc < 0 ? rc : 0;
}

EDO_MAIN(app);
