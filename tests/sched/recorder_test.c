/* recorder_test.c: a ring keeps the last events, each as it was written. */
#include "support/edo_test.h"

#include "base/atomic.h"
#include "sched/recorder.h"

EDO_TEST_PLAIN(a_recorder_keeps_the_last_events)
{
    recorder *r = recorder_new(5);
    record events[8];

    assert_int_equal(recorder_room(r), 8);
    assert_int_equal(recorder_read(r, events), 0);
    for (unsigned i = 1; i <= 20; i++) {
        recorder_add(r, &(record){.time = i,
                                  .task = 2 * i,
                                  .kind = RECORD_STEAL,
                                  .worker = 300 + i,
                                  .count = UINT32_MAX - i,
                                  .place = "here"});
        unsigned count = recorder_read(r, events);
        assert_int_equal(count, i < 8 ? i : 7); /* the oldest place may be written anew already */
        for (unsigned j = 0; j < count; j++) {
            unsigned n = i - count + 1 + j;
            assert_int_equal(events[j].time, n);
            assert_int_equal(events[j].task, 2 * n);
            assert_int_equal(events[j].kind, RECORD_STEAL);
            assert_int_equal(events[j].worker, 300 + n);
            assert_int_equal(events[j].count, UINT32_MAX - n);
            assert_string_equal(events[j].place, "here");
        }
    }
    recorder_free(r);
}

static int stop;

static void *write_on(void *arg)
{
    for (uint64_t i = 1; !a_load(&stop, acquire); i++)
        recorder_add(arg, &(record){.time = i, .task = i, .count = (unsigned)i});
    return NULL;
}

EDO_TEST_PLAIN(events_are_whole_though_they_are_written_meanwhile)
{
    recorder *r = recorder_new(64);
    pthread_t writer = start_thread(write_on, r);
    record events[64];
    uint64_t seen = 0;

    for (unsigned i = 0; i < test_count(20000) || seen == 0; i++) {
        unsigned count = recorder_read(r, events);
        for (unsigned j = 0; j < count; j++) {
            assert_int_equal(events[j].task, events[j].time);
            assert_int_equal(events[j].count, (unsigned)events[j].time);
            assert_true(j == 0 || events[j].time == events[j - 1].time + 1);
        }
        seen += count;
    }
    a_store(&stop, 1, release);
    join_thread(writer);
    recorder_free(r);
}
