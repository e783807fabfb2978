/* threads_and_tasks.c: plain threads and tasks share a channel: where a task suspends, a thread parks. */
#include <pthread.h>
#include <stdio.h>

#include <edo.h>

enum { THREADS = 2, TASKS = 2, SENSORS = THREADS + TASKS, SAMPLES = 1000, ROOM = 16 };

typedef struct sample {
    int sensor, value;
} sample;

typedef struct sensor {
    int number;
    edo_mpsc_sender *tx;
    pthread_t thread;
} sensor;

/* The same function for both. A full channel slows it down, and a receiver that is gone ends it. */
static int measure(void *arg)
{
    sensor *s = arg;
    int rc = 0;

    for (int i = 1; i <= SAMPLES && rc == 0; i++)
        rc = edo_mpsc_send(s->tx, &(sample){.sensor = s->number, .value = i});
    edo_mpsc_sender_free(s->tx); /* the last one closes the channel */
    return rc;
}

/* A thread of the program's own; one of a library's would do the same. */
static void *measure_in_thread(void *arg)
{
    int rc = measure(arg);

    if (rc < 0)
        fprintf(stderr, "a sensor: %s\n", edo_strerror(rc));
    return NULL;
}

static int start(sensor *s, int number, edo_mpsc_sender *tx)
{
    *s = (sensor){.number = number, .tx = edo_mpsc_sender_clone(tx)};
    int rc = number < THREADS ? -pthread_create(&s->thread, NULL, measure_in_thread, s)
                              : edo_spawn(measure, s, NULL);

    if (rc < 0)
        edo_mpsc_sender_free(s->tx);
    return rc;
}

/* Adds up until the last sensor has gone. 0, or a negative error. */
static int collect(edo_mpsc_receiver *rx)
{
    long sums[SENSORS] = {0};
    sample s;
    int rc;

    while ((rc = edo_mpsc_recv(rx, &s)) == 1)
        sums[s.sensor] += s.value;
    for (int i = 0; i < SENSORS && rc == 0; i++)
        printf("%s %d: %ld\n", i < THREADS ? "thread" : "task", i, sums[i]);
    return rc;
}

static int app(int argc, char **argv)
{
    static sensor sensors[SENSORS]; /* tasks that nobody joins use them to their end */
    edo_mpsc_sender *tx;
    edo_mpsc_receiver *rx;
    int started = 0, rc = edo_mpsc_new(EDO_ITEM(sample), ROOM, &tx, &rx);

    (void)argc, (void)argv;
    if (rc < 0)
        return rc;
    while (started < SENSORS && (rc = start(&sensors[started], started, tx)) == 0)
        started++;
    edo_mpsc_sender_free(tx);
    if (rc == 0)
        rc = collect(rx);
    edo_mpsc_receiver_free(rx); /* sensors that are still at work hear of it: -EPIPE */
    for (int i = 0; i < started && i < THREADS; i++)
        pthread_join(sensors[i].thread, NULL); /* they wait for nobody now, so this is short */
    return rc;
}

EDO_MAIN(app);
