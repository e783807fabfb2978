/* unix_datagram_test.c: messages by path, by name and in pairs. */
#include "support/edo_test.h"
#include "support/tcp.h"
#include "support/unix.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

EDO_TEST_BOTH(a_bound_pair_echoes_by_path) /* net-098 */
{
    const char *server_path = unix_path("server"), *client_path = unix_path("client");
    edo_unix_datagram *server, *client;
    edo_unix_addr to, from;
    char buf[8];

    assert_ok(edo_unix_datagram_bind(server_path, &server));
    assert_ok(edo_unix_datagram_bind(client_path, &client));
    assert_ok(edo_unix_addr_from_path(server_path, &to));
    edo_unix_receive_future wait =
        edo_unix_datagram_recv_from_async(server, buf, sizeof buf, &from);
    assert_pending(&wait.base);
    assert_int_equal(edo_unix_datagram_send_to(client, "echo", 4, &to), 4);
    assert_int_equal(poll_to_end(&wait.base), 4);
    assert_string_equal(edo_unix_addr_path(&from), client_path);
    assert_int_equal(edo_unix_datagram_send_to(server, buf, 4, &from), 4);
    memset(buf, 0, sizeof buf);
    assert_int_equal(edo_unix_datagram_recv_from(client, buf, sizeof buf, &from), 4);
    assert_memory_equal(buf, "echo", 4);
    assert_string_equal(edo_unix_addr_path(&from), server_path);
    edo_unix_datagram_close(client);
    edo_unix_datagram_close(server);
    assert_int_equal(access(server_path, F_OK), 0);
}

EDO_TEST_BOTH(an_unbound_sender_shows_no_path) /* net-098 */
{
    edo_unix_addr name = unix_name("unbound"), from;
    edo_unix_datagram *server, *client;
    char buf[8];

    assert_ok(edo_unix_datagram_bind_addr(&name, &server));
    assert_ok(edo_unix_datagram_unbound(&client));
    assert_err(edo_unix_datagram_send(client, "x", 1), -ENOTCONN);
    assert_ok(edo_unix_datagram_connect_addr(client, &name));
    assert_int_equal(edo_unix_datagram_send(client, "four", 4), 4);
    memset(&from, 0xff, sizeof from);
    assert_int_equal(edo_unix_datagram_recv_from(server, buf, sizeof buf, &from), 4);
    assert_true(edo_unix_addr_is_unnamed(&from));
    assert_null(edo_unix_addr_path(&from));
    assert_int_equal(edo_unix_datagram_send(client, "try", 3), 3);
    task_wait_until(edo_unix_datagram_ready(server, EDO_READABLE) > 0);
    memset(&from, 0xff, sizeof from);
    assert_int_equal(edo_unix_datagram_try_recv_from(server, buf, sizeof buf, &from), 3);
    assert_true(edo_unix_addr_is_unnamed(&from));
    edo_unix_datagram_close(client);
    edo_unix_datagram_close(server);
    assert_ok(edo_unix_datagram_unbound(&client));
    assert_err(edo_unix_datagram_connect_addr(client, &name), -ECONNREFUSED);
    assert_err(edo_unix_datagram_connect(client, unix_path("none")), -ENOENT);
    edo_unix_datagram_close(client);
}

EDO_TEST_BOTH(a_pair_holds_what_was_tried) /* net-099 */
{
    edo_unix_datagram *one, *other;
    char buf[200];
    int sent = 0, got = 0;
    ssize_t n;

    assert_ok(edo_unix_datagram_pair(&one, &other));
    assert_err(edo_unix_datagram_try_recv(other, buf, sizeof buf), -EAGAIN);
    while ((n = edo_unix_datagram_try_send(one, &sent, sizeof sent)) == sizeof sent)
        sent++;
    assert_int_equal(n, -EAGAIN);
    assert_true(sent > 0);
    while ((n = edo_unix_datagram_try_recv(other, buf, sizeof buf)) == sizeof got) {
        assert_memory_equal(buf, &got, sizeof got);
        got++;
    }
    assert_int_equal(n, -EAGAIN);
    assert_int_equal(got, sent);
    edo_unix_datagram_close(one);
    edo_unix_datagram_close(other);
}

EDO_TEST_BOTH(messages_stay_whole_and_apart)
{
    edo_unix_datagram *one, *other;
    char buf[8];

    assert_ok(edo_unix_datagram_pair(&one, &other));
    assert_int_equal(edo_unix_datagram_send(one, "", 0), 0);
    assert_int_equal(edo_unix_datagram_send(one, "toolong", 7), 7);
    assert_int_equal(edo_unix_datagram_send(one, "next", 4), 4);
    assert_int_equal(edo_unix_datagram_recv(other, buf, sizeof buf), 0);
    assert_int_equal(edo_unix_datagram_peek(other, buf, sizeof buf, NULL), 7);
    assert_int_equal(edo_unix_datagram_recv(other, buf, 3), 3);
    assert_memory_equal(buf, "too", 3);
    assert_int_equal(edo_unix_datagram_recv(other, buf, sizeof buf), 4);
    assert_memory_equal(buf, "next", 4);
    edo_unix_datagram_close(one);
    edo_unix_datagram_close(other);
}

static edo_unix_addr full_name;

/* Fills a receiver's queue by a sender of its own, which closes: nobody will be told when there is room. */
static edo_unix_datagram *make_full(void)
{
    edo_unix_datagram *receiver, *filler;

    full_name = unix_name("full");
    assert_ok(edo_unix_datagram_bind_addr(&full_name, &receiver));
    assert_ok(edo_unix_datagram_unbound(&filler));
    while (edo_unix_datagram_try_send_to(filler, "fill", 4, &full_name) == 4)
        continue;
    edo_unix_datagram_close(filler);
    return receiver;
}

static void drain(edo_unix_datagram *receiver)
{
    char buf[8];

    while (edo_unix_datagram_try_recv(receiver, buf, sizeof buf) >= 0)
        continue;
}

/* Takes what there is, while a send waits, until that one's message comes. */
static bool is_mine(edo_unix_datagram *receiver, edo_future *send)
{
    static bool sent;
    char buf[8];
    ssize_t n;

    assert_ok(edo_sleep(EDO_MILLIS(5))); /* also where time is paused */
    do {
        sent = sent || edo_test_poll(send) == EDO_READY;
        n = edo_unix_datagram_try_recv(receiver, buf, sizeof buf);
    } while (n == 4 && memcmp(buf, "mine", 4) != 0);
    return n == 4;
}

EDO_TEST_BOTH(a_send_to_a_queue_that_others_filled_goes_on)
{
    edo_unix_datagram *receiver = make_full(), *sender;
    char buf[8];

    assert_ok(edo_unix_datagram_unbound(&sender));
    edo_unix_send_future send = edo_unix_datagram_send_to_async(sender, "mine", 4, &full_name);
    assert_pending(&send.base);
    settle();
    assert_pending(&send.base);
    task_wait_until(is_mine(receiver, &send.base));
    assert_int_equal(poll_to_end(&send.base), 4);
    assert_err(edo_unix_datagram_try_recv(receiver, buf, sizeof buf), -EAGAIN); /* once */
    edo_unix_datagram_close(sender);
    edo_unix_datagram_close(receiver);
}

static int send_mine(void *arg)
{
    return edo_unix_datagram_send_to(arg, "mine", 4, &full_name) == 4 ? 0 : -1;
}

/* The system says all the while that there is room, and each attempt is an event. */
EDO_TEST_MT(a_send_to_a_full_queue_sleeps)
{
    edo_unix_datagram *receiver = make_full(), *sender;
    edo_task task;
    int ret;

    assert_ok(edo_unix_datagram_unbound(&sender));
    assert_ok(edo_spawn(send_mine, sender, &task));
    assert_ok(edo_sleep(EDO_MILLIS(20)));
    uint64_t before = cpu_time_ns();
    assert_ok(edo_sleep(EDO_MILLIS(400)));
    assert_in_range(cpu_time_ns() - before, 0, 150 * 1000000); /* it has looked a few times */
    drain(receiver);
    assert_ok(edo_join(task, &ret));
    assert_ok(ret);
    edo_unix_datagram_close(sender);
    edo_unix_datagram_close(receiver);
}

static int count_runs(void *arg)
{
    uint32_t *runs = arg;

    while (!edo_task_self_is_canceled()) {
        __atomic_fetch_add(runs, 1, __ATOMIC_RELAXED);
        edo_yield();
    }
    return 0;
}

EDO_TEST(sends_that_fail_at_once_let_others_run)
{
    edo_unix_addr nobody = unix_name("nobody");
    edo_unix_datagram *sender;
    edo_task other;
    uint32_t runs = 0;

    assert_ok(edo_unix_datagram_unbound(&sender));
    assert_ok(edo_spawn(count_runs, &runs, &other));
    for (int i = 0; i < 1000; i++)
        assert_err(edo_unix_datagram_send_to(sender, "x", 1, &nobody), -ECONNREFUSED);
    assert_in_range(runs, 3, 1000);
    assert_ok(edo_task_abort(other));
    assert_ok(edo_join(other, NULL));
    edo_unix_datagram_close(sender);
}

EDO_TEST_BOTH(a_connected_send_waits_for_room)
{
    edo_unix_datagram *receiver = make_full(), *sender;

    assert_ok(edo_unix_datagram_unbound(&sender));
    assert_ok(edo_unix_datagram_connect_addr(sender, &full_name));
    edo_unix_send_future send = edo_unix_datagram_send_async(sender, "mine", 4);
    assert_pending(&send.base);
    settle();
    assert_pending(&send.base);
    task_wait_until(is_mine(receiver, &send.base));
    assert_int_equal(poll_to_end(&send.base), 4);
    edo_unix_datagram_close(sender);
    edo_unix_datagram_close(receiver);
}

EDO_TEST_BOTH(a_send_that_waits_can_be_cancelled_and_begun_anew)
{
    edo_unix_datagram *receiver = make_full(), *sender;
    char buf[8];

    assert_ok(edo_unix_datagram_unbound(&sender));
    for (int i = 0; i < 5; i++) {
        edo_unix_send_future send = edo_unix_datagram_send_to_async(sender, "mine", 4, &full_name);
        assert_pending(&send.base);
        if (i % 2)
            settle();
        edo_future_cancel(&send.base);
        assert_err(poll_to_end(&send.base), -ECANCELED);
    }
    drain(receiver);
    settle();
    assert_err(edo_unix_datagram_try_recv(receiver, buf, sizeof buf), -EAGAIN); /* none was sent */
    edo_unix_datagram_close(sender);
    edo_unix_datagram_close(receiver);
}

/* What a losing receive took. */

static void receive_and_put_back(edo_unix_datagram *datagram, const char *text, bool with_sender)
{
    char buf[16];
    edo_unix_addr from;
    edo_unix_receive_future receive =
        with_sender ? edo_unix_datagram_recv_from_async(datagram, buf, sizeof buf, &from)
                    : edo_unix_datagram_recv_async(datagram, buf, sizeof buf);

    assert_int_equal(poll_to_end(&receive.base), strlen(text));
    assert_memory_equal(buf, text, strlen(text));
    edo_future_put_back(&receive.base);
    assert_err(receive.base.result, -ECANCELED);
}

EDO_TEST_BOTH(a_datagram_that_was_put_back_is_whole)
{
    const char *path = unix_path("sender");
    edo_unix_addr name = unix_name("put-back"), from;
    edo_unix_datagram *server, *client;
    char buf[16];

    assert_ok(edo_unix_datagram_bind_addr(&name, &server));
    assert_ok(edo_unix_datagram_bind(path, &client));
    assert_int_equal(edo_unix_datagram_send_to(client, "first", 5, &name), 5);
    assert_int_equal(edo_unix_datagram_send_to(client, "second", 6, &name), 6);
    receive_and_put_back(server, "first", true);
    receive_and_put_back(server, "first", true); /* out of what was put back */
    assert_true(edo_unix_datagram_ready(server, EDO_READABLE) & EDO_READABLE);
    memset(&from, 0, sizeof from);
    assert_int_equal(edo_unix_datagram_peek(server, buf, sizeof buf, &from), 5);
    assert_string_equal(edo_unix_addr_path(&from), path);
    memset(&from, 0, sizeof from);
    assert_int_equal(edo_unix_datagram_recv_from(server, buf, sizeof buf, &from), 5);
    assert_memory_equal(buf, "first", 5);
    assert_string_equal(edo_unix_addr_path(&from), path);
    receive_and_put_back(server, "second", true);
    assert_int_equal(edo_unix_datagram_try_recv_from(server, buf, 3, &from), 3); /* cut, as ever */
    assert_memory_equal(buf, "sec", 3);
    assert_string_equal(edo_unix_addr_path(&from), path);
    assert_err(edo_unix_datagram_try_recv(server, buf, sizeof buf), -EAGAIN);
    edo_unix_datagram_close(client);
    edo_unix_datagram_close(server);
}

/* Whom it is connected to need not be the one. */
EDO_TEST_BOTH(a_message_put_back_by_who_did_not_ask_for_its_sender_has_none)
{
    const char *path = unix_path("peer");
    edo_unix_addr name = unix_name("knows"), from;
    edo_unix_datagram *server, *client;
    char buf[16];

    assert_ok(edo_unix_datagram_bind_addr(&name, &server));
    assert_ok(edo_unix_datagram_bind(path, &client));
    assert_ok(edo_unix_datagram_connect(server, path));
    assert_ok(edo_unix_datagram_connect_addr(client, &name));
    assert_int_equal(edo_unix_datagram_send(client, "", 0), 0);
    receive_and_put_back(server, "", false);
    assert_int_equal(edo_unix_datagram_recv_from(server, buf, sizeof buf, &from), 0);
    assert_true(edo_unix_addr_is_unnamed(&from));
    edo_unix_datagram_close(client);
    edo_unix_datagram_close(server);
}

/* A receive that waits gives way to what is put back, in order. */
EDO_TEST_BOTH(datagrams_keep_their_order_when_one_is_put_back)
{
    for (int i = 0; i < 30; i++) {
        edo_unix_datagram *one, *other;
        char first[8], second[8], buf[8];

        assert_ok(edo_unix_datagram_pair(&one, &other));
        edo_unix_receive_future a = edo_unix_datagram_recv_async(one, first, sizeof first);
        edo_unix_receive_future b = edo_unix_datagram_recv_async(one, second, sizeof second);
        assert_pending(&a.base);
        assert_pending(&b.base);
        assert_int_equal(edo_unix_datagram_send(other, "abc", 3), 3);
        assert_int_equal(poll_to_end(&a.base), 3);
        assert_pending(&b.base);
        assert_int_equal(edo_unix_datagram_send(other, "de", 2), 2);
        if (i % 2)
            settle();
        edo_future_put_back(&a.base);
        ssize_t n = (ssize_t)poll_to_end(&b.base);
        if (n == 2) { /* it was READY before anything was put back */
            assert_memory_equal(second, "de", 2);
            assert_int_equal(edo_unix_datagram_recv(one, buf, sizeof buf), 3);
        } else {
            assert_int_equal(n, 3);
            assert_memory_equal(second, "abc", 3);
            assert_int_equal(edo_unix_datagram_recv(one, buf, sizeof buf), 2);
            assert_memory_equal(buf, "de", 2);
        }
        assert_err(edo_unix_datagram_try_recv(one, buf, sizeof buf), -EAGAIN);
        edo_unix_datagram_close(one);
        edo_unix_datagram_close(other);
    }
}

EDO_TEST_BOTH(closing_ends_what_waits)
{
    edo_unix_datagram *one, *other;
    char buf[8];

    assert_ok(edo_unix_datagram_pair(&one, &other));
    edo_unix_receive_future receive = edo_unix_datagram_recv_async(one, buf, sizeof buf);
    assert_pending(&receive.base);
    edo_unix_datagram_close(one);
    assert_err(poll_to_end(&receive.base), -ECANCELED);
    edo_unix_datagram_close(other);
}

EDO_TEST(bad_arguments_of_datagrams)
{
    edo_unix_datagram *one, *other;
    edo_unix_addr none = {0};
    char buf[8];

    assert_ok(edo_unix_datagram_pair(&one, &other));
    assert_err(edo_unix_datagram_send(NULL, "x", 1), -EINVAL);
    assert_err(edo_unix_datagram_send(one, NULL, 1), -EINVAL);
    assert_err(edo_unix_datagram_send_to(one, "x", 1, NULL), -EINVAL);
    assert_err(edo_unix_datagram_send_to(one, "x", 1, &none), -EINVAL);
    assert_err(edo_unix_datagram_sendmsg(one, NULL, 0, NULL, NULL), -EINVAL);
    assert_err(edo_unix_datagram_recv(one, NULL, 1), -EINVAL);
    assert_err(edo_unix_datagram_recv_from(one, buf, 1, NULL), -EINVAL);
    assert_err(edo_unix_datagram_try_recv(NULL, buf, 1), -EINVAL);
    assert_err(edo_unix_datagram_bind(NULL, &one), -EINVAL);
    assert_err(edo_unix_datagram_connect_addr(one, &none), -EINVAL);
    assert_err(edo_unix_datagram_local_addr(NULL, &none), -EINVAL);
    assert_err(edo_unix_datagram_local_addr(one, NULL), -EINVAL);
    assert_err(edo_unix_datagram_peer_addr(NULL, &none), -EINVAL);
    assert_err(edo_unix_datagram_peer_addr(one, NULL), -EINVAL);
    assert_err(edo_unix_datagram_close(NULL), -EINVAL);
    edo_unix_datagram_close(one);
    edo_unix_datagram_close(other);
}

/* Whom the sender is connected to reads nothing, which is no business of a message to somebody else. */
EDO_TEST_MT(a_send_to_an_address_waits_for_that_one_alone)
{
    edo_unix_addr quiet_name = unix_name("quiet"), busy_name = unix_name("busy");
    edo_unix_datagram *quiet, *busy, *sender, *filler;
    char buf[16];

    assert_ok(edo_unix_datagram_bind_addr(&quiet_name, &quiet));
    assert_ok(edo_unix_datagram_bind_addr(&busy_name, &busy));
    assert_ok(edo_unix_datagram_unbound(&sender));
    assert_ok(edo_unix_datagram_unbound(&filler));
    assert_ok(edo_unix_datagram_connect_addr(sender, &quiet_name));
    while (edo_unix_datagram_try_send(sender, "q", 1) == 1)
        ;
    while (edo_unix_datagram_try_send_to(filler, "f", 1, &busy_name) == 1)
        ;
    edo_unix_send_future send = edo_unix_datagram_send_to_async(sender, "x", 1, &busy_name);
    assert_pending(&send.base);
    while (edo_unix_datagram_try_recv(busy, buf, sizeof buf) == 1)
        ;
    assert_int_equal(poll_to_end(&send.base), 1);
    assert_int_equal(edo_unix_datagram_recv(busy, buf, sizeof buf), 1);
    assert_int_equal(buf[0], 'x');
    edo_unix_datagram_close(sender);
    edo_unix_datagram_close(filler);
    edo_unix_datagram_close(busy);
    edo_unix_datagram_close(quiet);
}

EDO_TEST_BOTH(who_wrote_to_a_peer_that_has_turned_away_can_take_the_error)
{
    edo_unix_datagram *one, *other, *third;
    edo_unix_addr name = unix_name("third");

    assert_ok(edo_unix_datagram_pair(&one, &other));
    assert_ok(edo_unix_datagram_bind_addr(&name, &third));
    assert_int_equal(edo_unix_datagram_send(one, "unread", 6), 6);
    assert_ok(edo_unix_datagram_take_error(one));
    assert_ok(edo_unix_datagram_connect_addr(other, &name));
    assert_err(edo_unix_datagram_take_error(one), -ECONNRESET);
    assert_ok(edo_unix_datagram_take_error(one));
    assert_err(edo_unix_datagram_take_error(NULL), -EINVAL);
    edo_unix_datagram_close(one);
    edo_unix_datagram_close(other);
    edo_unix_datagram_close(third);
}
