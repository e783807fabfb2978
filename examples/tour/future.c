/* future.c: a future of one's own, and a plain thread that wakes it. */
#include <pthread.h>
#include <stdio.h>

#include <edo.h>

/* A letter box: one thread puts a number in, one task waits for it. */
struct box {
    pthread_mutex_t lock;
    bool full;
    int number;
    edo_waker waker; /* whom to wake; zeros: nobody */
};

static void *postman(void *arg)
{
    struct box *box = arg;

    pthread_mutex_lock(&box->lock);
    box->number = 7;
    box->full = true;
    edo_waker waker = box->waker;
    box->waker = (edo_waker){0};
    pthread_mutex_unlock(&box->lock);
    edo_waker_wake(waker); /* from any thread; gives the clone up */
    return NULL;
}

/* READY with a result, or PENDING after it has arranged to be woken. */
static edo_poll look(void *arg, const edo_waker *waker, int64_t *ret_result)
{
    struct box *box = arg;
    edo_poll poll = EDO_READY;

    pthread_mutex_lock(&box->lock);
    *ret_result = box->number;
    if (!box->full) {
        edo_waker_drop(box->waker);
        box->waker = (edo_waker){0};
        int rc = edo_waker_clone(waker, &box->waker); /* a borrowed waker ends with the poll */
        *ret_result = rc;
        poll = rc < 0 ? EDO_READY : EDO_PENDING;
    }
    pthread_mutex_unlock(&box->lock);
    return poll;
}

static int app(int argc, char **argv)
{
    struct box box = {.lock = PTHREAD_MUTEX_INITIALIZER};
    pthread_t thread;
    int rc = -pthread_create(&thread, NULL, postman, &box);

    (void)argc, (void)argv;
    if (rc < 0)
        return rc;
    edo_poll_fn_future letter = edo_poll_fn(look, &box);
    int64_t number = edo_await(&letter.base); /* or an arm of a select, or under a timeout */
    pthread_join(thread, NULL);               /* it is past its last lines: this doesn't block */
    edo_waker_drop(box.waker);
    if (number < 0)
        return (int)number;
    printf("a letter with a %d\n", (int)number);
    return 0;
}

EDO_MAIN(app);
