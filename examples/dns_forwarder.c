/*
 * dns_forwarder.c: passes questions on to a name server and its answers back: a task for each question.
 *
 *     dns_forwarder LISTEN SERVER [PATIENCE_MS]
 */
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include <edo.h>

enum { MESSAGE_MAX = 4096, HEADER = 12, TRIES = 3, AT_ONCE = 1000 };

static edo_udp_socket *clients;
static edo_addr server;
static uint64_t patience_ms = 2000;

typedef struct question {
    edo_addr from;
    size_t len;
    unsigned char text[MESSAGE_MAX];
} question;

/* Waits for the answer with this id, and passes over what anybody else might have sent. */
static ssize_t await_answer(edo_udp_socket *socket, const unsigned char *id, unsigned char *answer)
{
    edo_instant limit = edo_instant_add(edo_now(), EDO_MILLIS(patience_ms));

    for (;;) {
        edo_udp_recv_future recv = edo_udp_recv_async(socket, answer, MESSAGE_MAX);
        ssize_t n = (ssize_t)edo_timeout_at(&recv.base, limit);
        if (n < 0 || (n >= HEADER && memcmp(answer, id, 2) == 0 && answer[2] & 0x80))
            return n;
    }
}

/* From a port and under an id of its own, so that a stranger can't guess what would be taken. */
static ssize_t ask(const question *q, unsigned char *answer)
{
    unsigned char text[MESSAGE_MAX];
    edo_udp_socket *socket;
    ssize_t n = edo_udp_bind(server.storage.ss_family == AF_INET6 ? "[::]:0" : ":0", &socket);

    if (n < 0)
        return n;
    memcpy(text, q->text, q->len);
    if (getrandom(text, 2, 0) != 2 || (n = edo_udp_connect_addr(socket, &server)) < 0)
        n = n < 0 ? n : -EAGAIN;
    for (int i = 0; n >= 0 && i < TRIES; i++) {
        if ((n = edo_udp_send(socket, text, q->len)) >= 0)
            n = await_answer(socket, text, answer);
        if (n != -ETIMEDOUT)
            break;
        n = i + 1 < TRIES ? 0 : n; /* it may have been lost */
    }
    edo_udp_close(socket);
    return n;
}

static int handle(void *arg)
{
    question *q = arg;
    unsigned char answer[MESSAGE_MAX];
    ssize_t n = ask(q, answer);

    if (n < 0) { /* the question itself, as an answer that says: the server failed */
        memcpy(answer, q->text, (size_t)(n = (ssize_t)q->len));
        answer[2] |= 0x80;
        answer[3] = (unsigned char)((answer[3] & 0xf0) | 2);
    }
    memcpy(answer, q->text, 2);
    edo_udp_send_to(clients, answer, (size_t)n, &q->from);
    free(q);
    return 0;
}

static int forward(void *arg)
{
    edo_group *group = arg;
    ssize_t rc = 0;

    while (rc >= 0) {
        question *q = malloc(sizeof *q);
        rc = q ? edo_udp_recv_from(clients, q->text, sizeof q->text, &q->from) : -ENOMEM;
        if (rc >= HEADER && !(q->text[2] & 0x80)) {
            q->len = (size_t)rc;
            rc = edo_group_spawn(group, handle, q); /* waits while AT_ONCE are under way */
            q = rc < 0 ? q : NULL;
        }
        free(q);
    }
    return (int)rc;
}

static int app(int argc, char **argv)
{
    edo_group *group;
    edo_task forwarder;
    int rc, end = 0;

    if (argc < 3 || (argc > 3 && (patience_ms = strtoull(argv[3], NULL, 10)) == 0))
        return -EINVAL;
    if ((rc = edo_addr_parse(argv[2], &server)) < 0 || (rc = edo_udp_bind(argv[1], &clients)) < 0)
        return rc;
    if ((rc = edo_group_new(EDO_OPTS(group, .limit = AT_ONCE), &group)) == 0) {
        if ((rc = edo_spawn(forward, group, &forwarder)) == 0) {
            rc = edo_termination();
            edo_task_abort(forwarder);
            edo_join(forwarder, &end);
        }
        edo_group_free(group); /* questions that are under way are given up */
    }
    edo_udp_close(clients);
    return rc < 0 ? rc : end == -ECANCELED ? 0 : end;
}

EDO_MAIN(app);
