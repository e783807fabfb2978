/* timeouts.c: limits: of one wait, of the first of several, and of a whole conversation. */
#include <stdio.h>

#include <edo.h>

static int slow_answer(void *arg)
{
    int rc = edo_sleep(EDO_SECONDS(60));

    (void)arg;
    return rc < 0 ? rc : 42;
}

/* One wait: the accept is cancelled when time is up, and has then taken no connection. */
static int wait_for_nobody(edo_tcp_listener *listener)
{
    edo_tcp_stream *conn;
    edo_tcp_accept_future accept = edo_tcp_accept_async(listener, &conn);
    int64_t rc = edo_timeout(&accept.base, EDO_MILLIS(20));

    printf("accept: %s\n", edo_err_name((int)rc));
    if (rc == 0)
        edo_tcp_close(conn);
    return rc == -ETIMEDOUT ? 0 : (int)rc;
}

/* The first of several: a join loses to a sleep. Cancelling it stops the waiting, not the task. */
static int wait_for_the_first(void)
{
    edo_task task;
    int answer = 0, rc = edo_spawn(slow_answer, NULL, &task);

    if (rc < 0)
        return rc;
    edo_join_future join = edo_join_async(task, &answer);
    edo_sleep_future limit = edo_sleep_async(EDO_MILLIS(20));
    switch (edo_select(&join.base, &limit.base)) {
    case 0:
        printf("select: the answer is %d\n", answer);
        return 0;
    case 1:
        puts("select: no answer in time");
    }
    edo_task_abort(task); /* its sleep says -ECANCELED, and so does it */
    rc = edo_join(task, &answer);
    if (rc == 0)
        printf("the task ended with %s\n", edo_err_name(answer));
    return rc;
}

/* Several waits, one limit: a point in time instead of a span. */
static int count_until_late(void)
{
    edo_instant late = edo_instant_add(edo_now(), EDO_MILLIS(50));
    int64_t rc;
    int count = 0;

    do {
        edo_sleep_future step = edo_sleep_async(EDO_MILLIS(20));
        rc = edo_timeout_at(&step.base, late);
        count += rc == 0;
    } while (rc == 0);
    printf("steps: %s\n", count <= 2 ? "at most two in 50 ms" : "too many");
    return rc == -ETIMEDOUT ? 0 : (int)rc;
}

static int app(int argc, char **argv)
{
    edo_tcp_listener *listener;
    int rc = edo_tcp_listen("127.0.0.1:0", &listener);

    (void)argc, (void)argv;
    if (rc < 0)
        return rc;
    rc = wait_for_nobody(listener);
    edo_tcp_listener_close(listener);
    if (rc == 0)
        rc = wait_for_the_first();
    return rc == 0 ? count_until_late() : rc;
}

EDO_MAIN(app);
