/* callback.c: a call that nobody can stop, as it is made by a library with a callback. */
#include <pthread.h>
#include <stdio.h>
#include <time.h>

#include <edo.h>

/* Stands for a library's thread, which takes its time and calls back. */
static void *think(void *arg)
{
    edo_callback *call = arg;
    struct timespec pause = {.tv_nsec = 20 * 1000 * 1000};

    nanosleep(&pause, NULL);
    edo_callback_finish(call, 42);
    return NULL;
}

static int ask(edo_duration patience)
{
    edo_callback *call;
    pthread_t thread;
    int rc = edo_callback_new(NULL, NULL, &call);

    if (rc < 0)
        return rc;
    if ((rc = -pthread_create(&thread, NULL, think, call)) < 0) {
        edo_callback_finish(call, rc); /* nobody else will */
        edo_callback_leave(call);
        return rc;
    }
    pthread_detach(thread);
    edo_callback_future answer = edo_callback_async(call);
    int64_t result = edo_timeout(&answer.base, patience);
    if (result == -ETIMEDOUT)
        puts("too slow: its answer will be thrown away");
    else if (result >= 0)
        printf("the answer is %d\n", (int)result);
    return result < 0 && result != -ETIMEDOUT ? (int)result : 0;
}

static int app(int argc, char **argv)
{
    (void)argc, (void)argv;
    int rc = ask(EDO_SECONDS(60));

    return rc < 0 ? rc : ask(EDO_MILLIS(1));
}

EDO_MAIN(app);
