/*
 * recorder.c: a ring of events, each of four words.
 *
 * Reading    `head` is how many events were written. The writer stores an event's words, and then
 *            head, each with release. A reader loads head, copies the words, and loads head again:
 *            an event is whole if by then its place was not about to be written anew. For a word
 *            that it read of a newer event was stored after the head before it; so, by acquire, the
 *            second look at head sees at least that, and drops what lay there.
 */
#include "sched/recorder.h"

#include <stdlib.h>

#include "base/atomic.h"
#include "base/model.h"

#define WORDS 4

struct recorder {
    uint64_t head;   /* atomic */
    uint64_t places; /* a power of two */
    uint64_t words[];
};

recorder *recorder_new(unsigned events)
{
    uint64_t places = 2;

    while (places < events && places < RECORDER_EVENTS_MAX)
        places *= 2;
    recorder *r = calloc(1, sizeof *r + places * WORDS * sizeof r->words[0]);
    if (r)
        r->places = places;
    return r;
}

void recorder_free(recorder *r)
{
    free(r);
}

unsigned recorder_room(const recorder *r)
{
    return (unsigned)r->places;
}

static uint64_t pack(const record *e)
{
    return (uint64_t)e->kind | (uint64_t)(e->worker & 0xffff) << 8 | (uint64_t)e->count << 32;
}

static void unpack(uint64_t word, record *e)
{
    e->kind = (record_kind)(word & 0xff);
    e->worker = (unsigned)(word >> 8 & 0xffff);
    e->count = (unsigned)(word >> 32);
}

void recorder_add(recorder *r, const record *e)
{
    uint64_t head = a_load(&r->head, relaxed); /* only we write it */
    uint64_t *at = &r->words[(head & (r->places - 1)) * WORDS];

    /* release: after the head before it; pairs with the acquires in copy. */
    a_store(&at[0], e->time, MODEL_BUG(2304, release, relaxed));
    a_store(&at[1], e->task, MODEL_BUG(2304, release, relaxed));
    a_store(&at[2], pack(e), MODEL_BUG(2304, release, relaxed));
    a_store(&at[3], (uint64_t)(uintptr_t)e->place, MODEL_BUG(2304, release, relaxed));
    /* release: after the words; pairs with the first acquire in recorder_read. */
    a_store(&r->head, head + 1, MODEL_BUG(2305, release, relaxed));
}

static void copy(const recorder *r, uint64_t number, record *to)
{
    const uint64_t *at = &r->words[(number & (r->places - 1)) * WORDS];

    to->time = a_load(&at[0], acquire);
    to->task = a_load(&at[1], acquire);
    unpack(a_load(&at[2], acquire), to);
    to->place = (const char *)(uintptr_t)a_load(&at[3], acquire);
}

unsigned recorder_read(const recorder *r, record *to)
{
    uint64_t head = a_load(&r->head, acquire);
    uint64_t from = head > r->places ? head - r->places : 0;
    uint64_t count = head - from;

    for (uint64_t i = 0; i < count; i++)
        copy(r, from + i, &to[i]);
    /* The event after `now` may be half written, over the one `places` before it. */
    uint64_t now = a_load(&r->head, relaxed);
    uint64_t whole = now + 1 > r->places ? now + 1 - r->places : 0;
    uint64_t lost = whole > from ? whole - from : 0;

    lost = MODEL_BUG(2306, lost, 0) < count ? MODEL_BUG(2306, lost, 0) : count;
    for (uint64_t i = lost; i < count; i++)
        to[i - lost] = to[i];
    return (unsigned)(count - lost);
}
