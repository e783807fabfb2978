/*
 * take_back.c: a select whose loser has taken something all the same: bytes, a connection, a signal.
 *
 * What it took is put back; where there is no memory for that, the loser keeps its success and says
 * so. In both cases the bytes and connections add up.
 */
#include "faults/trial.h"

#include <string.h>

enum { ROUNDS = 4, MESSAGE = 100 };

typedef struct pair {
    edo_tcp_listener *listener;
    edo_addr addr;
    edo_tcp_stream *server, *client;
} pair;

static void connect_pair(pair *p)
{
    MUST(edo_tcp_listen("127.0.0.1:0", &p->listener));
    MUST(edo_tcp_listener_addr(p->listener, &p->addr));
    edo_tcp_accept_future accept = edo_tcp_accept_async(p->listener, &p->server);
    edo_tcp_connect_future connect = edo_tcp_connect_addr_async(&p->addr, &p->client);
    MUST(edo_join_all(&accept.base, &connect.base));
    MUST(accept.base.result);
    MUST(connect.base.result);
}

static void close_pair(pair *p)
{
    MUST(edo_tcp_close(p->client));
    MUST(edo_tcp_close(p->server));
    MUST(edo_tcp_listener_close(p->listener));
}

/* Both arms are ready at once: the first wins, and the second may have read. */
static void read_in_vain(pair *p, char sent)
{
    char message[MESSAGE], first[MESSAGE], second[MESSAGE];
    size_t done = 0;
    int rc;

    memset(message, sent, sizeof message);
    PERSIST(rc, edo_tcp_write_all(p->client, message, sizeof message));
    edo_tcp_read_future lost = edo_tcp_read_async(p->server, first, sizeof first);
    edo_future winner = edo_ready(0);
    edo_future *arms[] = {&lost.base, &winner};
    int at = edo_select_array(arms, 2);
    CHECK(at == 0 || at == 1);
    if (lost.base.result > 0)
        done = (size_t)lost.base.result;
    else if (lost.base.result != -ECANCELED)
        TRY(lost.base.result);
    for (size_t i = 0; i < done; i++)
        CHECK(first[i] == sent);
    while (done < MESSAGE && !trial_has_failed()) {
        PERSIST(rc, edo_tcp_read(p->server, second, MESSAGE - done));
        CHECK(rc > 0);
        for (int i = 0; i < rc; i++)
            CHECK(second[i] == sent);
        done += rc > 0 ? (size_t)rc : 0;
    }
}

/* The connection comes, by this accept or by the next. */
static void accept_in_vain(pair *p)
{
    edo_tcp_stream *client = NULL, *server = NULL;
    edo_future winner = edo_ready(0);
    int rc;

    PERSIST(rc, edo_tcp_connect_addr(&p->addr, &client));
    if (rc < 0)
        return;
    edo_tcp_accept_future lost = edo_tcp_accept_async(p->listener, &server);
    edo_future *arms[] = {&lost.base, &winner};
    int at = edo_select_array(arms, 2);
    CHECK(at == 0 || at == 1);
    if (lost.base.result < 0 && lost.base.result != -ECANCELED)
        TRY(lost.base.result);
    if (lost.base.result < 0)
        PERSIST(rc, edo_tcp_accept(p->listener, &server));
    MUST(edo_tcp_close(client));
    MUST(edo_tcp_close(server));
}

static int lose_and_take_back(void *arg)
{
    pair p;

    (void)arg;
    connect_pair(&p);
    trial_arm();
    for (int i = 0; i < ROUNDS && !trial_has_failed(); i++) {
        read_in_vain(&p, (char)('a' + i));
        accept_in_vain(&p);
    }
    fault_lift();
    close_pair(&p);
    return 0;
}

void take_back(edo_runtime_kind kind)
{
    edo_runtime *runtime = NULL;

    MUST(edo_runtime_new(EDO_OPTS(runtime, .kind = kind, .workers = 2, .seed = 3), &runtime));
    MUST(edo_block_on(runtime, lose_and_take_back, NULL));
    MUST(edo_runtime_free(runtime));
}
