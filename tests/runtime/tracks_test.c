/* tracks_test.c: long chains of tasks that hand messages on, again and again. */
#include "runtime/rig.h"

enum { TRACKS = 50, LENGTH = 200, CYCLES = 5, ROOM = 10 };

typedef struct link_ends {
    edo_mpsc_receiver *from;
    edo_mpsc_sender *to;
} link_ends;

/* Hands on what comes, plus one, until nothing will. */
static int forward(void *arg)
{
    link_ends *own = arg;
    int n, rc;

    while ((rc = edo_mpsc_recv(own->from, &n)) == 1) {
        n++;
        if ((rc = edo_mpsc_send(own->to, &n)) < 0)
            break;
    }
    edo_mpsc_receiver_free(own->from);
    edo_mpsc_sender_free(own->to);
    return rc;
}

/* Its first sender and last receiver; between them LENGTH tasks. */
static void lay_track(edo_join_set *set, link_ends *ret)
{
    edo_mpsc_receiver *last;

    assert_ok(edo_mpsc_new(EDO_ITEM(int), ROOM, &ret->to, &last));
    for (int i = 0; i < LENGTH; i++) {
        link_ends next = {.from = last};
        assert_ok(edo_mpsc_new(EDO_ITEM(int), ROOM, &next.to, &last));
        assert_ok(edo_join_set_spawn_with(set, EDO_OPTS(spawn, .copy_size = sizeof next), forward,
                                          &next, NULL));
    }
    ret->from = last;
}

/* A message a cycle through each track, all of which are under way together. */
static void run_cycles(link_ends *tracks)
{
    for (int cycle = 0; cycle < CYCLES; cycle++) {
        int first = cycle, n;
        for (int i = 0; i < TRACKS; i++)
            assert_ok(edo_mpsc_send(tracks[i].to, &first));
        for (int i = 0; i < TRACKS; i++) {
            assert_int_equal(edo_mpsc_recv(tracks[i].from, &n), 1);
            assert_int_equal(n, cycle + LENGTH);
        }
    }
}

EDO_TEST_BOTH(all_messages_arrive_at_the_ends_of_long_tracks) /* rt-038 */
{
    link_ends tracks[TRACKS];

    for (unsigned round = 0; round < test_count(25); round++) {
        edo_join_set *set;
        edo_joined joined;
        assert_ok(edo_join_set_new(&set));
        for (int i = 0; i < TRACKS; i++)
            lay_track(set, &tracks[i]);
        run_cycles(tracks);
        for (int i = 0; i < TRACKS; i++)
            edo_mpsc_sender_free(tracks[i].to);
        int ends = 0;
        while (edo_join_set_next(set, &joined) == 1)
            ends += joined.result == 0;
        assert_int_equal(ends, TRACKS * LENGTH);
        for (int i = 0; i < TRACKS; i++)
            edo_mpsc_receiver_free(tracks[i].from);
        edo_join_set_free(set);
    }
}
