/*
 * sched/recorder.h: the last events of one writer, in a ring: what happened before now, without end.
 *
 * One writes, anybody reads at any time. Nothing is allocated as it is written.
 */
#ifndef SCHED_RECORDER_H
#define SCHED_RECORDER_H

#include <stdint.h>

#define RECORDER_EVENTS_MAX (1U << 20)

typedef enum record_kind {
    RECORD_SPAWN,
    RECORD_READY,
    RECORD_RUN,
    RECORD_SUSPEND,
    RECORD_YIELD,
    RECORD_END,
    RECORD_STEAL,
    RECORD_STALL,
    RECORD_PARK,
    RECORD_UNPARK
} record_kind;

typedef struct record {
    uint64_t time; /* nanoseconds of the clock */
    uint64_t task; /* its id; 0: it is about none */
    record_kind kind;
    unsigned worker; /* of a steal whom from, of a stall which; tasks stolen are `count` */
    unsigned count;
    const char *place; /* of a spawn or a run: of the task's spawn */
} record;

typedef struct recorder recorder;

/* For so many events, or a few more. NULL: no memory. */
recorder *recorder_new(unsigned events);
void recorder_free(recorder *r);
void recorder_add(recorder *r, const record *event);
/* How many it holds at most. */
unsigned recorder_room(const recorder *r);
/* The events that are there, the oldest first, into `to`, which has that room. Returns how many. */
unsigned recorder_read(const recorder *r, record *to);

#endif
