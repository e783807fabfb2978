/* channels.c: a task that measures, and one that prints: a channel with room for two. */
#include <stdio.h>

#include <edo.h>

typedef struct reading {
    int sensor;
    double value;
} reading;

static int measure(void *arg)
{
    edo_mpsc_sender *tx = arg;
    int rc = 0;

    for (int i = 1; i <= 3 && rc == 0; i++)
        rc = edo_mpsc_send(tx, &(reading){.sensor = 1, .value = i * 1.5}); /* waits for room */
    edo_mpsc_sender_free(tx); /* the last one: the receiver sees the end */
    return rc;
}

static int app(int argc, char **argv)
{
    (void)argc, (void)argv;
    edo_mpsc_sender *tx;
    edo_mpsc_receiver *rx;
    edo_task sensor;
    reading r;
    int ret, rc = edo_mpsc_new(EDO_ITEM(reading), 2, &tx, &rx);

    if (rc < 0)
        return rc;
    if ((rc = edo_spawn(measure, tx, &sensor)) < 0) {
        edo_mpsc_sender_free(tx);
        edo_mpsc_receiver_free(rx);
        return rc;
    }
    while ((rc = edo_mpsc_recv(rx, &r)) > 0)
        printf("sensor %d: %.1f\n", r.sensor, r.value);
    puts("no more readings");
    edo_mpsc_receiver_free(rx);
    int joined = edo_join(sensor, &ret);
    return rc < 0 ? rc : joined < 0 ? joined : ret;
}

EDO_MAIN(app);
