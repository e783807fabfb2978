/* batches.c: two streams as one, in batches: as many as go together, or what came in a while. */
#include <stdio.h>

#include <edo.h>

typedef struct sensor {
    edo_mpsc_sender *to;
    int first;
    edo_duration pause;
} sensor;

/* Five readings, with a pause behind each. */
static int measure(void *arg)
{
    const sensor *s = arg;
    int rc = 0;

    for (int i = 0; i < 5 && rc == 0; i++)
        if ((rc = edo_mpsc_send(s->to, &(int){s->first + i})) == 0)
            rc = edo_sleep(s->pause);
    edo_mpsc_sender_free(s->to); /* its stream ends */
    return rc;
}

/* A sensor's readings as a stream. */
static int start(edo_group *group, sensor *s, edo_mpsc_items *items, edo_stream *ret_stream)
{
    static const edo_item reading = {.size = sizeof(int), .align = _Alignof(int)};
    edo_mpsc_receiver *from;
    int rc = edo_mpsc_new(&reading, 4, &s->to, &from);

    if (rc < 0)
        return rc;
    if ((rc = edo_group_spawn(group, measure, s)) < 0) {
        edo_mpsc_sender_free(s->to);
        edo_mpsc_receiver_free(from);
        return rc;
    }
    *ret_stream = edo_stream_of_mpsc(items, from, &reading);
    return 0;
}

static void print(const edo_items *batch, edo_instant begin)
{
    printf("after %3.0f ms:", edo_duration_to_seconds(edo_elapsed(begin)) * 1000);
    for (size_t i = 0; i < batch->len; i++)
        printf(" %d", ((const int *)batch->data)[i]);
    printf("\n");
}

static int print_batches(edo_stream readings)
{
    edo_instant begin = edo_now();
    edo_stream_chunks chunks;
    edo_stream batches;
    edo_items batch;
    int rc = edo_stream_chunks_timeout(&chunks, readings, 4, EDO_MILLIS(50), &batches);

    while (rc == 0 && (rc = edo_stream_next(batches, &batch)) > 0) {
        print(&batch, begin);
        edo_items_fini(&batch);
        rc = 0;
    }
    edo_stream_release(batches); /* and what it is made of */
    return rc;
}

static int app(int argc, char **argv)
{
    sensor quick = {NULL, 1, EDO_MILLIS(10)}, slow = {NULL, 101, EDO_MILLIS(70)};
    edo_mpsc_items items[2];
    edo_stream a = {0}, b = {0};
    edo_group *group;
    edo_pair pair;
    int rc;

    (void)argc, (void)argv;
    if ((rc = edo_group_new(NULL, &group)) < 0)
        return rc;
    if ((rc = start(group, &quick, &items[0], &a)) == 0 &&
        (rc = start(group, &slow, &items[1], &b)) == 0) {
        rc = print_batches(edo_stream_merge(&pair, a, b));
    } else {
        edo_stream_release(a);
        edo_stream_release(b);
    }
    int ended = edo_group_wait(group, NULL);
    edo_group_free(group);
    return rc < 0 ? rc : ended;
}

EDO_MAIN_WITH(app, EDO_OPTS(runtime, .kind = EDO_CURRENT_THREAD, .start_paused = true));
