/*
 * race.c: "happy eyeballs" (RFC 8305, from its section 4 on).
 *
 * Order       The resolver's, with the families by turns, so that a broken IPv6 costs one delay and not one
 *             for each of its addresses.
 * Next        An attempt begins when another has failed since the last one began, or the delay has passed.
 * Ends        With the first connection, or a cancel, no attempt begins; those under way are cancelled, and
 *             the race is READY when they are. So no socket is left, and no memory that the kernel uses.
 */
#include "net/tcp/race.h"

#include <errno.h>
#include <stdlib.h>

#include "future/future.h"

typedef struct attempt {
    edo_addr addr;
    edo_tcp_connect_future connect;
    edo_tcp_stream *stream;
    bool runs;
} attempt;

struct tcp_race {
    edo_duration delay;
    edo_sleep_future pause; /* what is left of the delay */
    bool pausing;           /* the pause was made, and has not ended */
    bool hurry;             /* an attempt has failed since the last one began */
    bool is_over;           /* no attempt begins any more */
    bool canceled;
    int error; /* of the attempt that failed last */
    edo_tcp_stream *won;
    size_t count, begun, running;
    attempt attempt[];
};

/* Puts the addresses of one family into every second place from the first or second on, and behind those of
 * the other once that has no more. */
static void interleave(tcp_race *race, const edo_addr *addrs, size_t count)
{
    sa_family_t first = addrs[0].storage.ss_family;
    size_t next[2] = {0, 0}; /* of the first family, of any other */

    for (size_t i = 0; i < count; i++) {
        for (int turn = (int)(i % 2), tries = 0; tries < 2; tries++, turn = !turn) {
            size_t *at = &next[turn];
            while (*at < count && (addrs[*at].storage.ss_family != first) != turn)
                ++*at;
            if (*at < count) {
                race->attempt[i].addr = addrs[(*at)++];
                break;
            }
        }
    }
}

int tcp_race_new(const edo_addr *addrs, size_t count, edo_duration delay, tcp_race **ret)
{
    tcp_race *race = NULL;

    if (count <= (SIZE_MAX - sizeof *race) / sizeof race->attempt[0])
        race = calloc(1, sizeof *race + count * sizeof race->attempt[0]);
    if (!race)
        return -ENOMEM;
    race->delay = delay;
    race->count = count;
    interleave(race, addrs, count);
    *ret = race;
    return 0;
}

static void stop(tcp_race *race)
{
    race->is_over = true;
    for (size_t i = 0; i < race->begun; i++)
        if (race->attempt[i].runs)
            future_cancel(&race->attempt[i].connect.base);
}

/* An attempt has ended. */
static void judge(tcp_race *race, attempt *a)
{
    int rc = (int)a->connect.base.result;

    a->runs = false;
    race->running--;
    if (rc == 0 && race->won) {
        edo_tcp_close(a->stream);
    } else if (rc == 0) {
        race->won = a->stream;
        stop(race);
    } else if (!race->is_over) {
        race->error = rc;
        race->hurry = true;
    }
}

/* Those that were stopped by one behind them are polled in another round. */
static void poll_attempts(tcp_race *race, const edo_waker *waker)
{
    bool was_over;

    do {
        was_over = race->is_over;
        for (size_t i = 0; i < race->begun; i++) {
            attempt *a = &race->attempt[i];
            if (a->runs && edo_future_poll(&a->connect.base, waker) == EDO_READY)
                judge(race, a);
        }
    } while (was_over != race->is_over);
}

/* Whether the delay is over. */
static bool has_paused(tcp_race *race, const edo_waker *waker)
{
    if (!race->pausing || edo_future_poll(&race->pause.base, waker) == EDO_PENDING)
        return false;
    race->pausing = false;
    return race->pause.base.result == 0; /* else there are no timers, or no runtime */
}

static void end_pause(tcp_race *race, const edo_waker *waker)
{
    if (!race->pausing)
        return;
    race->pausing = false;
    future_cancel(&race->pause.base);
    if (!future_is_done(&race->pause.base))
        edo_future_poll(&race->pause.base, waker); /* READY: a cancelled sleep ends at once */
}

static void begin_pause(tcp_race *race, const edo_waker *waker)
{
    end_pause(race, waker);
    if (race->begun == race->count)
        return;
    race->pause = edo_sleep_async(race->delay);
    race->pausing = true;
}

/* Begins the next attempt if it is time. */
static bool begin_next(tcp_race *race, const edo_waker *waker)
{
    if (race->is_over || race->begun == race->count)
        return false;
    if (race->running > 0 && !race->hurry && !has_paused(race, waker))
        return false;
    attempt *a = &race->attempt[race->begun++];
    a->connect = edo_tcp_connect_addr_async(&a->addr, &a->stream);
    a->runs = true;
    race->running++;
    race->hurry = false;
    begin_pause(race, waker);
    return true;
}

edo_poll tcp_race_poll(tcp_race *race, const edo_waker *waker)
{
    do
        poll_attempts(race, waker);
    while (begin_next(race, waker));
    if (race->is_over)
        end_pause(race, waker);
    return race->running > 0 ? EDO_PENDING : EDO_READY;
}

void tcp_race_cancel(tcp_race *race)
{
    race->canceled = true;
    stop(race);
}

int tcp_race_end(tcp_race *race, edo_tcp_stream **ret_stream)
{
    int rc = race->won ? 0 : race->canceled ? -ECANCELED : race->error;

    if (race->won)
        *ret_stream = race->won;
    free(race);
    return rc;
}
