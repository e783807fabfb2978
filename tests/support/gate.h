/*
 * gate.h: small things to wait for, made of the public contract alone, for threads and tasks.
 *
 * gate         a one-shot event: opens once, wakes all who wait, stays open.
 * test_queue   ints in order; a pop takes when it is polled and can be put back.
 *
 * Both keep counted clones of the wakers that they are polled with, so a late wake finds memory.
 */
#ifndef TESTS_GATE_H
#define TESTS_GATE_H

#include <pthread.h>

#include <edo.h>

struct gate_future;

typedef struct gate {
    pthread_mutex_t lock;
    bool open;
    struct gate_future *waiting;
} gate;

#define GATE_INIT                                                                                  \
    {                                                                                              \
        .lock = PTHREAD_MUTEX_INITIALIZER                                                          \
    }

typedef struct gate_future {
    edo_future base;
    gate *gate;
    struct gate_future *next;
    bool linked;
    edo_waker waker;
} gate_future;

/* Any thread. Whoever waits sees what the caller wrote before. */
void gate_open(gate *g);
bool gate_is_open(gate *g);
/* How many wait for it. */
unsigned gate_waiting(gate *g);
/* 0, or why the wait was cut short. If it opened first, the answer is 0. */
int gate_wait(gate *g);
gate_future gate_async(gate *g);

#define TEST_QUEUE_ROOM 4096

typedef struct test_queue {
    pthread_mutex_t lock;
    int items[TEST_QUEUE_ROOM]; /* a ring */
    unsigned first, count;
    bool closed;
    bool
        slow_cancel; /* a cancelled pop is PENDING until test_queue_let_go, and may succeed still */
    unsigned put_backs;
    struct test_pop_future *waiting;
} test_queue;

#define TEST_QUEUE_INIT                                                                            \
    {                                                                                              \
        .lock = PTHREAD_MUTEX_INITIALIZER                                                          \
    }

/* Its result: 1 with an item, 0 when the queue is closed and empty, -ECANCELED. */
typedef struct test_pop_future {
    edo_future base;
    test_queue *queue;
    int *ret;
    int item;
    unsigned polls;
    struct test_pop_future *next;
    bool linked;
    edo_waker waker;
} test_pop_future;

void test_queue_push(test_queue *q, int item);
void test_queue_close(test_queue *q);
unsigned test_queue_len(test_queue *q);
/* Ends slow_cancel, and wakes. */
void test_queue_let_go(test_queue *q);
int test_queue_pop(test_queue *q, int *ret);
test_pop_future test_queue_pop_async(test_queue *q, int *ret);

#endif
