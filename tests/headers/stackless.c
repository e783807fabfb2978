/*
 * stackless.c: a body without a stack, as C and as C++; and what doesn't compile in one. tools/lint
 * compiles it once as it is, and once with each REFUSED, which has to be an error that says one of the
 * texts beside it, by every compiler.
 */
#include <edo.h>

typedef struct echo {
    edo_stackless base;
    edo_tcp_stream *conn;
    int i;
    edo_yield_future yield;
    char buf[64];
    EDO_WAITS(edo_tcp_read_future, edo_tcp_write_all_future);
} echo;

int use(int number);
int start_echo(edo_tcp_stream *conn);

#if REFUSED == 1 /* "EDO_BEGIN() stands on the first line of its body" */
EDO_STACKLESS(echo, late)
{
    int number = 0;

    EDO_BEGIN();
    EDO_END(number);
}
#else
EDO_STACKLESS(echo, me)
{
    EDO_BEGIN();
    ssize_t n;

    for (;;) {
        EDO_AWAIT(n, edo_tcp_read_async(me->conn, me->buf, sizeof me->buf));
        if (n <= 0)
            break;
        int count = (int)n; /* with no wait in its scope */
        use(count);
        me->i += 1;
        break;
    }
    {
        int count = 3;
        use(count);
    }
    switch (me->i) {
    case 1:
        use(1);
        break;
    }
#if REFUSED == 2    /* "jump", "may be uninitialized" */
    int kept = 3;
    EDO_AWAIT(n, edo_ready(0));
    use(kept);
#elif REFUSED == 3  /* "jump", "may be uninitialized" */
    for (int i = 0; i < 3; i++)
        EDO_AWAIT(n, edo_ready(0));
#elif REFUSED == 4  /* "overflow", "narrow" */
    switch (me->i) {
    case 1:
        EDO_AWAIT(n, edo_ready(0));
        break;
    }
#elif REFUSED == 5  /* "duplicate case value" */
    // clang-format off
    EDO_AWAIT(n, edo_ready(0)); EDO_AWAIT(n, edo_ready(0));
    // clang-format on
#elif REFUSED == 6  /* "edo_stackless_step" */
    return 0;
#elif REFUSED == 7  /* "not a function", "cannot be used as a function" */
    n = edo_tcp_read(me->conn, me->buf, sizeof me->buf);
#elif REFUSED == 8  /* "this is no future" */
    EDO_AWAIT(n, edo_tcp_try_read(me->conn, me->buf, sizeof me->buf));
#elif REFUSED == 9  /* "EDO_WAITS of this frame" */
    EDO_AWAIT(n, edo_timeout_async(&me->yield.base, EDO_SECONDS(1)));
#elif REFUSED == 10 /* "variably modified type", "this case label", "jump" */
    char room[me->i];
    room[0] = 0;
    EDO_AWAIT(n, edo_ready(room[0]));
#elif REFUSED == 11 /* "not a function", "cannot be used as a function" */
    n = edo_await(&me->yield.base);
#endif
    EDO_AWAIT(n, edo_pending());
    EDO_AWAIT_AT(n, &me->yield.base);
    EDO_AWAIT_SHIELDED(n, edo_tcp_write_all_async(me->conn, me->buf, 1));
    if (n < 0)
        EDO_RETURN(n);
    edo_tcp_close(me->conn);
    EDO_END(0);
}
#endif

int start_echo(edo_tcp_stream *conn)
{
    static const edo_stackless new_body = EDO_STACKLESS_INIT(echo);
    static echo frame;

    frame.base = new_body;
    frame.conn = conn;
    return edo_spawn_stackless(&frame, NULL);
}
