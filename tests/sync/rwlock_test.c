/* rwlock_test.c: a reader-writer lock whose waits are polled by hand, so that each step is seen. */
#include "sync/rig.h"

#include <stdlib.h>

#include <edo/error.h>

#include "support/forked.h"

/* It is free, and nobody waits: it may go. */
static void end_lock(edo_rwlock *l)
{
    assert_ok(edo_rwlock_try_write(l));
    assert_ok(edo_rwlock_unlock_write(l));
    assert_ok(edo_rwlock_fini(l));
}

static edo_rwlock room_for(uint32_t readers)
{
    edo_rwlock l;

    assert_ok(edo_rwlock_init(&l, readers));
    return l;
}

/* --- who excludes whom -------------------------------------------------------------------- */

EDO_TEST_PLAIN(readers_share_and_a_writer_is_alone) /* sync-176 */
{
    edo_rwlock l = EDO_RWLOCK_INIT;
    edo_rwlock_read_future one = edo_rwlock_read_async(&l), two = edo_rwlock_read_async(&l),
                           late = edo_rwlock_read_async(&l);
    edo_rwlock_write_future write = edo_rwlock_write_async(&l), next = edo_rwlock_write_async(&l);

    assert_ready_eq(&one.base, 0);
    assert_ready_eq(&two.base, 0);
    edo_test_task *writer = hand_wait(&write.base);
    assert_ok(edo_rwlock_unlock_read(&l));
    hand_waits_on(writer); /* one still reads */
    assert_ok(edo_rwlock_unlock_read(&l));
    hand_end(writer, &write.base, 0);
    edo_test_task *reader = hand_wait(&late.base), *other = hand_wait(&next.base);
    assert_ok(edo_rwlock_unlock_write(&l));
    hand_end(reader, &late.base, 0);
    hand_waits_on(other);
    assert_ok(edo_rwlock_unlock_read(&l));
    hand_end(other, &next.base, 0);
    assert_ok(edo_rwlock_unlock_write(&l));
    end_lock(&l);
}

EDO_TEST_PLAIN(the_last_reader_wakes_the_writer) /* sync-177 */
{
    edo_rwlock l = EDO_RWLOCK_INIT;
    edo_rwlock_write_future write = edo_rwlock_write_async(&l);

    for (int i = 0; i < 3; i++)
        assert_ok(edo_rwlock_read(&l));
    edo_test_task *writer = hand_wait(&write.base);
    for (int i = 0; i < 2; i++) {
        assert_ok(edo_rwlock_unlock_read(&l));
        assert_int_equal(edo_test_task_wake_count(writer), 0);
    }
    assert_ok(edo_rwlock_unlock_read(&l));
    hand_end(writer, &write.base, 0);
    assert_ok(edo_rwlock_unlock_write(&l));
    end_lock(&l);
}

EDO_TEST_PLAIN(a_reader_waits_behind_a_waiting_writer) /* sync-178 sync-181 sync-164 */
{
    edo_rwlock l = EDO_RWLOCK_INIT;
    edo_rwlock_write_future write = edo_rwlock_write_async(&l);
    edo_rwlock_read_future read = edo_rwlock_read_async(&l);

    assert_ok(edo_rwlock_read(&l));
    edo_test_task *writer = hand_wait(&write.base), *reader = hand_wait(&read.base);
    assert_err(edo_rwlock_try_read(&l), -EAGAIN);
    assert_ok(edo_rwlock_unlock_read(&l));
    hand_waits_on(reader);
    assert_err(edo_rwlock_try_read(&l), -EAGAIN); /* nor when it was granted the lock */
    hand_end(writer, &write.base, 0);
    assert_ok(edo_rwlock_unlock_write(&l));
    hand_end(reader, &read.base, 0);
    assert_ok(edo_rwlock_unlock_read(&l));
    end_lock(&l);
}

#define ROOM 1024

EDO_TEST_PLAIN(there_is_room_for_so_many_readers) /* sync-179 */
{
    edo_rwlock l = room_for(ROOM);
    edo_rwlock_read_future more = edo_rwlock_read_async(&l);

    for (int i = 0; i < ROOM; i++) {
        edo_rwlock_read_future read = edo_rwlock_read_async(&l);
        assert_ready_eq(&read.base, 0);
    }
    assert_err(edo_rwlock_try_read(&l), -EAGAIN);
    edo_test_task *hand = hand_wait(&more.base);
    assert_ok(edo_rwlock_unlock_read(&l));
    hand_end(hand, &more.base, 0);
    for (int i = 0; i < ROOM; i++)
        assert_ok(edo_rwlock_unlock_read(&l));
    end_lock(&l);
}

EDO_TEST_PLAIN(the_number_of_readers_has_limits) /* sync-179 */
{
    edo_rwlock l;

    assert_err(edo_rwlock_init(&l, 0), -EINVAL);
    assert_err(edo_rwlock_init(&l, (UINT32_MAX >> 3) + 1), -EINVAL);
    assert_err(edo_rwlock_init(&l, UINT32_MAX), -EINVAL);
    assert_ok(edo_rwlock_init(&l, UINT32_MAX >> 3));
    end_lock(&l);
    assert_ok(edo_rwlock_init(&l, 1)); /* as a mutex */
    assert_ok(edo_rwlock_try_read(&l));
    assert_err(edo_rwlock_try_read(&l), -EAGAIN);
    assert_ok(edo_rwlock_unlock_read(&l));
    end_lock(&l);
}

EDO_TEST_PLAIN(try_forms_take_what_nobody_excludes) /* sync-180 */
{
    edo_rwlock l = EDO_RWLOCK_INIT;

    assert_ok(edo_rwlock_try_read(&l));
    assert_err(edo_rwlock_try_write(&l), -EAGAIN);
    assert_ok(edo_rwlock_try_read(&l)); /* with another in */
    assert_ok(edo_rwlock_unlock_read(&l));
    assert_err(edo_rwlock_try_write(&l), -EAGAIN);
    assert_ok(edo_rwlock_unlock_read(&l));
    assert_ok(edo_rwlock_try_write(&l));
    assert_err(edo_rwlock_try_write(&l), -EAGAIN);
    assert_err(edo_rwlock_try_read(&l), -EAGAIN);
    assert_ok(edo_rwlock_unlock_write(&l));
    end_lock(&l);
}

EDO_TEST_PLAIN(all_readers_in_a_row_come_in_together) /* sync-164 */
{
    edo_rwlock l = EDO_RWLOCK_INIT;
    edo_rwlock_future waits[5];
    edo_test_task *hands[5];

    assert_ok(edo_rwlock_write(&l));
    for (int i = 0; i < 5; i++) {
        waits[i] = i == 3 ? edo_rwlock_write_async(&l) : edo_rwlock_read_async(&l);
        hands[i] = hand_wait(&waits[i].base);
    }
    assert_ok(edo_rwlock_unlock_write(&l));
    hand_waits_on(hands[3]);
    hand_waits_on(hands[4]); /* behind the writer */
    for (int i = 0; i < 3; i++) {
        hand_end(hands[i], &waits[i].base, 0);
        assert_int_equal(edo_test_task_wake_count(hands[3]), 0);
    }
    for (int i = 0; i < 3; i++)
        assert_ok(edo_rwlock_unlock_read(&l));
    hand_end(hands[3], &waits[3].base, 0);
    hand_waits_on(hands[4]);
    assert_ok(edo_rwlock_unlock_write(&l));
    hand_end(hands[4], &waits[4].base, 0);
    assert_ok(edo_rwlock_unlock_read(&l));
    end_lock(&l);
}

/* --- downgrade ---------------------------------------------------------------------------- */

EDO_TEST_PLAIN(a_downgraded_lock_lets_readers_in_and_no_writer) /* sync-182 */
{
    edo_rwlock l = EDO_RWLOCK_INIT;
    edo_rwlock_read_future read = edo_rwlock_read_async(&l);
    edo_rwlock_write_future write = edo_rwlock_write_async(&l);

    assert_ok(edo_rwlock_write(&l));
    edo_test_task *reader = hand_wait(&read.base), *writer = hand_wait(&write.base);
    assert_ok(edo_rwlock_downgrade(&l));
    hand_end(reader, &read.base, 0);
    assert_err(edo_rwlock_try_write(&l), -EAGAIN);
    hand_waits_on(writer);
    assert_ok(edo_rwlock_unlock_read(&l));
    hand_waits_on(writer); /* the one that was the writer still reads */
    assert_ok(edo_rwlock_unlock_read(&l));
    hand_end(writer, &write.base, 0);
    assert_ok(edo_rwlock_unlock_write(&l));
    end_lock(&l);
}

EDO_TEST_PLAIN(a_writer_first_in_the_queue_waits_for_the_downgraded_lock) /* sync-182 */
{
    edo_rwlock l = EDO_RWLOCK_INIT;
    edo_rwlock_write_future write = edo_rwlock_write_async(&l);
    edo_rwlock_read_future read = edo_rwlock_read_async(&l);

    assert_ok(edo_rwlock_write(&l));
    edo_test_task *writer = hand_wait(&write.base), *reader = hand_wait(&read.base);
    assert_ok(edo_rwlock_downgrade(&l));
    assert_int_equal(edo_test_task_wake_count(writer), 0);
    hand_waits_on(reader);
    assert_ok(edo_rwlock_unlock_read(&l));
    hand_end(writer, &write.base, 0);
    assert_ok(edo_rwlock_unlock_write(&l));
    hand_end(reader, &read.base, 0);
    assert_ok(edo_rwlock_unlock_read(&l));
    end_lock(&l);
}

EDO_TEST_PLAIN(a_lock_for_one_reader_can_be_downgraded) /* sync-182 */
{
    edo_rwlock l = room_for(1);

    assert_ok(edo_rwlock_write(&l));
    assert_ok(edo_rwlock_downgrade(&l));
    assert_err(edo_rwlock_try_read(&l), -EAGAIN);
    assert_ok(edo_rwlock_unlock_read(&l));
    end_lock(&l);
}

struct asked {
    edo_rwlock *rwlock;
    bool may;
    int times;
};

static bool answer(void *arg)
{
    struct asked *a = arg;

    a->times++;
    assert_err(edo_rwlock_try_read(a->rwlock), -EAGAIN); /* the write lock is held */
    return a->may;
}

EDO_TEST_PLAIN(a_downgrade_may_be_declined) /* sync-183 */
{
    edo_rwlock l = EDO_RWLOCK_INIT;
    edo_rwlock_read_future read = edo_rwlock_read_async(&l);
    struct asked asked = {.rwlock = &l};

    assert_err(edo_rwlock_downgrade_if(&l, answer, &asked), -EDO_EMISUSE);
    assert_err(edo_rwlock_downgrade_if(NULL, answer, &asked), -EINVAL);
    assert_ok(edo_rwlock_write(&l));
    assert_err(edo_rwlock_downgrade_if(&l, NULL, &asked), -EINVAL);
    assert_int_equal(asked.times, 0);
    edo_test_task *reader = hand_wait(&read.base);
    assert_int_equal(edo_rwlock_downgrade_if(&l, answer, &asked), 0);
    hand_waits_on(reader);
    assert_err(edo_rwlock_unlock_read(&l), -EDO_EMISUSE); /* still the write lock */
    asked.may = true;
    assert_int_equal(edo_rwlock_downgrade_if(&l, answer, &asked), 1);
    assert_int_equal(asked.times, 2);
    hand_end(reader, &read.base, 0);
    assert_err(edo_rwlock_unlock_write(&l), -EDO_EMISUSE);
    assert_ok(edo_rwlock_unlock_read(&l));
    assert_ok(edo_rwlock_unlock_read(&l));
    end_lock(&l);
}

/* --- misuse ------------------------------------------------------------------------------- */

EDO_TEST_PLAIN(unlock_of_what_is_not_held_so_is_misuse) /* sync-187 */
{
    edo_rwlock l = EDO_RWLOCK_INIT;

    assert_err(edo_rwlock_unlock_read(&l), -EDO_EMISUSE);
    assert_err(edo_rwlock_unlock_write(&l), -EDO_EMISUSE);
    assert_err(edo_rwlock_downgrade(&l), -EDO_EMISUSE);
    assert_ok(edo_rwlock_read(&l));
    assert_err(edo_rwlock_unlock_write(&l), -EDO_EMISUSE);
    assert_err(edo_rwlock_downgrade(&l), -EDO_EMISUSE);
    assert_err(edo_rwlock_try_write(&l), -EAGAIN); /* nothing was changed by it */
    assert_ok(edo_rwlock_unlock_read(&l));
    assert_err(edo_rwlock_unlock_read(&l), -EDO_EMISUSE);
    assert_ok(edo_rwlock_write(&l));
    assert_err(edo_rwlock_unlock_read(&l), -EDO_EMISUSE);
    assert_err(edo_rwlock_try_read(&l), -EAGAIN);
    assert_ok(edo_rwlock_unlock_write(&l));
    assert_err(edo_rwlock_unlock_write(&l), -EDO_EMISUSE);
    end_lock(&l);
}

static void unlock_in_wrong_ways(void)
{
    edo_rwlock l = EDO_RWLOCK_INIT;

    (void)edo_rwlock_unlock_write(&l);
    (void)edo_rwlock_write(&l);
    (void)edo_rwlock_unlock_read(&l);
}

EDO_TEST_PLAIN(misuse_is_explained_in_debug_builds)
{
    char said[512];

    assert_int_equal(forked_run(unlock_in_wrong_ways, said, sizeof said), 0);
    const char *write = strstr(said, "as held to write, which it is not");
    assert_int_equal(write != NULL, EDO_DEBUG);
    assert_int_equal(write && strstr(write, "as held to read, which it is not"), EDO_DEBUG);
}

EDO_TEST_PLAIN(misuse_is_found_with_waits_in_the_queue) /* sync-187 */
{
    edo_rwlock l = EDO_RWLOCK_INIT;
    edo_rwlock_write_future write = edo_rwlock_write_async(&l);
    edo_rwlock_read_future read = edo_rwlock_read_async(&l);

    assert_ok(edo_rwlock_read(&l));
    edo_test_task *writer = hand_wait(&write.base);
    assert_err(edo_rwlock_unlock_write(&l), -EDO_EMISUSE);
    assert_ok(edo_rwlock_unlock_read(&l));
    hand_end(writer, &write.base, 0);
    edo_test_task *reader = hand_wait(&read.base);
    assert_err(edo_rwlock_unlock_read(&l), -EDO_EMISUSE);
    hand_waits_on(reader);
    assert_ok(edo_rwlock_unlock_write(&l));
    hand_end(reader, &read.base, 0);
    assert_ok(edo_rwlock_unlock_read(&l));
    end_lock(&l);
}

EDO_TEST_PLAIN(a_lock_in_use_is_not_ended) /* sync-011 */
{
    edo_rwlock l = EDO_RWLOCK_INIT;
    edo_rwlock_write_future write = edo_rwlock_write_async(&l);

    assert_ok(edo_rwlock_read(&l));
    assert_err(edo_rwlock_fini(&l), -EBUSY);
    edo_test_task *writer = hand_wait(&write.base);
    assert_err(edo_rwlock_fini(&l), -EBUSY);
    assert_ok(edo_rwlock_unlock_read(&l));
    assert_err(edo_rwlock_fini(&l), -EBUSY);
    hand_end(writer, &write.base, 0);
    assert_err(edo_rwlock_fini(&l), -EBUSY);
    assert_ok(edo_rwlock_unlock_write(&l));
    end_lock(&l);
}

EDO_TEST_PLAIN(no_lock_is_an_error)
{
    edo_rwlock_read_future read = edo_rwlock_read_async(NULL);
    edo_rwlock_write_future write = edo_rwlock_write_async(NULL);

    assert_ready_eq(&read.base, -EINVAL);
    assert_ready_eq(&write.base, -EINVAL);
    assert_err(edo_rwlock_init(NULL, 1), -EINVAL);
    assert_err(edo_rwlock_fini(NULL), -EINVAL);
    assert_err(edo_rwlock_read(NULL), -EINVAL);
    assert_err(edo_rwlock_write(NULL), -EINVAL);
    assert_err(edo_rwlock_try_read(NULL), -EINVAL);
    assert_err(edo_rwlock_try_write(NULL), -EINVAL);
    assert_err(edo_rwlock_unlock_read(NULL), -EINVAL);
    assert_err(edo_rwlock_unlock_write(NULL), -EINVAL);
    assert_err(edo_rwlock_downgrade(NULL), -EINVAL);
}
