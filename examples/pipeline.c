/* pipeline.c: tasks in a row with channels between them: a slow one slows down those before it. */
#include <stdio.h>

#include <edo.h>

enum { COUNT = 100, ROOM = 4 };

static int counted; /* plain, as one worker runs all of this */

typedef struct stage {
    edo_mpsc_receiver *from;
    edo_mpsc_sender *to;
} stage;

/* The first in the row. A send waits while the channel is full; with nobody to receive it fails. */
static int make_numbers(void *arg)
{
    edo_mpsc_sender *to = arg;
    int rc = 0, most_ahead = 0;

    for (int n = 1; n <= COUNT && (rc = edo_mpsc_send(to, &n)) == 0; n++)
        if (n - counted > most_ahead)
            most_ahead = n - counted;
    edo_mpsc_sender_free(to); /* the last one: the next in the row receives the end */
    /* Two channels are full, and the two behind them have one each in their hands. */
    printf("made numbers, %s\n", most_ahead <= 2 * ROOM + 2 ? "never far ahead" : "far ahead");
    return rc;
}

/* One in the middle. However it ends, both its neighbours learn of it. */
static int square_numbers(void *arg)
{
    stage *s = arg;
    int n, rc, sent = 0;

    while (sent == 0 && (rc = edo_mpsc_recv(s->from, &n)) == 1) {
        n *= n;
        sent = edo_mpsc_send(s->to, &n);
    }
    edo_mpsc_receiver_free(s->from);
    edo_mpsc_sender_free(s->to);
    return sent < 0 ? sent : rc;
}

/* The last one, which takes its time. */
static int add_up(edo_mpsc_receiver *from)
{
    int n, rc;
    long sum = 0;

    while ((rc = edo_mpsc_recv(from, &n)) == 1) {
        sum += n;
        if (++counted % 10 == 0 && (rc = edo_sleep(EDO_MILLIS(1))) < 0)
            break;
    }
    edo_mpsc_receiver_free(from);
    if (rc == 0)
        printf("the squares of %d add up to %ld\n", counted, sum);
    return rc;
}

/* What went wrong first, if anything: before, or in a task. */
static int join(int rc, edo_task task)
{
    int result = 0, joined = edo_join(task, &result);

    return rc < 0 ? rc : joined < 0 ? joined : result;
}

static int app(int argc, char **argv)
{
    edo_mpsc_sender *first = NULL;
    edo_mpsc_receiver *last = NULL;
    stage middle = {NULL, NULL};
    edo_task maker, squarer;
    int rc;

    (void)argc, (void)argv;
    if ((rc = edo_mpsc_new(EDO_ITEM(int), ROOM, &first, &middle.from)) == 0)
        rc = edo_mpsc_new(EDO_ITEM(int), ROOM, &middle.to, &last);
    if (rc < 0 || (rc = edo_spawn(square_numbers, &middle, &squarer)) < 0) {
        edo_mpsc_sender_free(first);
        edo_mpsc_receiver_free(middle.from);
        edo_mpsc_sender_free(middle.to);
        edo_mpsc_receiver_free(last);
        return rc;
    }
    if ((rc = edo_spawn(make_numbers, first, &maker)) < 0) {
        edo_mpsc_sender_free(first); /* so the others end */
        edo_mpsc_receiver_free(last);
        return join(rc, squarer);
    }
    return join(join(add_up(last), maker), squarer);
}

EDO_MAIN_WITH(app, EDO_OPTS(runtime, .kind = EDO_CURRENT_THREAD));
