/* sessions.c: sessions that end when nobody uses them: one timer for all, on a clock that jumps. */
#include <stdio.h>

#include <edo.h>

enum { USERS = 3, IDLE_SECONDS = 30 * 60 };

typedef struct sessions {
    edo_mpsc_receiver *requests; /* each is the number of a user */
    edo_delay_queue *ends;       /* numbers of users, due when their sessions are over */
    edo_delay_key keys[USERS];
    edo_instant begin;
} sessions;

static void say(const sessions *s, int user, const char *what)
{
    printf("%3.0f min: user %d %s\n", edo_duration_to_seconds(edo_elapsed(s->begin)) / 60, user,
           what);
}

/* A session that is there goes on. The key of one that isn't is told so, and a new one begins. */
static int use(sessions *s, int user)
{
    edo_duration idle = EDO_SECONDS(IDLE_SECONDS);
    int rc = edo_delay_queue_reset(s->ends, s->keys[user], idle);

    if (rc != -ENOENT)
        return rc;
    say(s, user, "comes");
    return edo_delay_queue_insert(s->ends, &user, idle, &s->keys[user]);
}

/* Until no request will come and no session is left. An empty queue is no arm: it says so at once. */
static int serve(sessions *s)
{
    bool open = true;
    int rc = 0;

    while (rc == 0 && (open || !edo_delay_queue_is_empty(s->ends))) {
        int user = 0, ended = 0;
        edo_mpsc_recv_future request = edo_mpsc_recv_async(s->requests, &user);
        edo_delay_queue_next_future end = edo_delay_queue_next_async(s->ends, &ended, NULL);
        int first = edo_select(open ? &request.base : NULL,
                               edo_delay_queue_is_empty(s->ends) ? NULL : &end.base);
        if (first < 0)
            return first;
        int64_t got = first == 0 ? request.base.result : end.base.result;
        if (got < 0)
            return (int)got;
        if (first == 1)
            say(s, ended, "has gone");
        else if (got == 1)
            rc = use(s, user);
        else
            open = false;
    }
    return rc;
}

/* Who makes a request, and how many minutes after the one before. */
static int make_requests(void *to)
{
    static const struct {
        int minutes, user;
    } plan[] = {{0, 0}, {10, 1}, {15, 0}, {20, 2}, {50, 1}};
    int rc = 0;

    for (size_t i = 0; i < sizeof plan / sizeof *plan && rc == 0; i++)
        if ((rc = edo_sleep(EDO_SECONDS((uint64_t)plan[i].minutes * 60))) == 0)
            rc = edo_mpsc_send(to, &plan[i].user);
    edo_mpsc_sender_free(to);
    return rc;
}

static int app(int argc, char **argv)
{
    sessions s = {.begin = edo_now()};
    edo_mpsc_sender *to = NULL;
    int rc = edo_delay_queue_new(EDO_ITEM(int), &s.ends);

    (void)argc, (void)argv;
    if (rc == 0 && (rc = edo_mpsc_new(EDO_ITEM(int), 8, &to, &s.requests)) == 0) {
        if ((rc = edo_spawn(make_requests, to, NULL)) == 0)
            rc = serve(&s);
        else
            edo_mpsc_sender_free(to);
        edo_mpsc_receiver_free(s.requests);
    }
    edo_delay_queue_free(s.ends);
    return rc;
}

/* A program would take the usual clock, and its test this one: two hours are over at once. */
EDO_MAIN_WITH(app, EDO_OPTS(runtime, .kind = EDO_CURRENT_THREAD, .start_paused = true));
