/*
 * litmus.c: the checker itself: the classic small programs, and which of their outcomes C11 allows.
 *
 * Each one lists the outcomes that must be seen; any other is a failure. So it shows both that weak
 * behaviour is reached and that what the orders forbid is not. The planted bugs, 1 to 99, show that
 * the checker notices a race, a late touch of freed memory, a lost wake-up, a deadlock.
 */
#include <stdlib.h>

#include "base/atomic.h"
#include "base/futex.h"
#include "base/lock.h"
#include "engine/model.h"

static uint32_t x, y, z;
static uint32_t r[8];
static uint32_t data; /* plain */

/* --- store buffering: both may miss the other's store, unless all is seq_cst -------------- */

static void sb_relaxed_0(void)
{
    a_store(&x, 1, relaxed);
    r[0] = a_load(&y, relaxed);
}
static void sb_relaxed_1(void)
{
    a_store(&y, 1, relaxed);
    r[1] = a_load(&x, relaxed);
}
static void sb_acq_rel_0(void)
{
    a_store(&x, 1, release);
    r[0] = a_load(&y, acquire);
}
static void sb_acq_rel_1(void)
{
    a_store(&y, 1, release);
    r[1] = a_load(&x, acquire);
}
static void sb_seq_cst_0(void)
{
    a_store(&x, 1, seq_cst);
    r[0] = a_load(&y, seq_cst);
}
static void sb_seq_cst_1(void)
{
    a_store(&y, 1, seq_cst);
    r[1] = a_load(&x, seq_cst);
}
static void sb_fence_0(void)
{
    a_store(&x, 1, relaxed);
    a_fence(seq_cst);
    r[0] = a_load(&y, relaxed);
}
static void sb_fence_1(void)
{
    a_store(&y, 1, relaxed);
    a_fence(seq_cst);
    r[1] = a_load(&x, relaxed);
}
static void sb_light_0(void)
{
    a_store(&x, 1, relaxed);
    a_compiler_barrier();
    r[0] = a_load(&y, relaxed);
}
static void sb_heavy_1(void)
{
    static const model_place here = {__FILE__, __LINE__, "membarrier"};

    a_store(&y, 1, relaxed);
    model_membarrier(&here);
    r[1] = a_load(&x, relaxed);
}
static void two(void)
{
    model_outcome("%u%u", r[0], r[1]);
}
static void three(void)
{
    model_outcome("%u%u%u", r[0], r[1], r[2]);
}
static void four(void)
{
    model_outcome("%u%u%u%u", r[0], r[1], r[2], r[3]);
}

/* --- message passing ---------------------------------------------------------------------- */

static void mp_relaxed_0(void)
{
    a_store(&x, 1, relaxed);
    a_store(&y, 1, relaxed);
}
static void mp_relaxed_1(void)
{
    r[0] = a_load(&y, relaxed);
    r[1] = a_load(&x, relaxed);
}
static void mp_release_0(void)
{
    a_store(&x, 1, relaxed);
    a_store(&y, 1, release);
}
static void mp_acquire_1(void)
{
    r[0] = a_load(&y, acquire);
    r[1] = a_load(&x, relaxed);
}
static void mp_fence_0(void)
{
    a_store(&x, 1, relaxed);
    a_fence(release);
    a_store(&y, 1, relaxed);
}
static void mp_fence_1(void)
{
    r[0] = a_load(&y, relaxed);
    a_fence(acquire);
    r[1] = a_load(&x, relaxed);
}
static void mp_plain_0(void)
{
    data = 7;
    a_store(&y, 1, MODEL_BUG(1, release, relaxed));
}
static void mp_plain_1(void)
{
    r[0] = a_load(&y, MODEL_BUG(2, acquire, relaxed));
    r[1] = r[0] ? data : 0;
}

/* --- load buffering: 11 is allowed by C11, and not modelled ------------------------------- */

static void lb_0(void)
{
    r[0] = a_load(&x, relaxed);
    a_store(&y, 1, relaxed);
}
static void lb_1(void)
{
    r[1] = a_load(&y, relaxed);
    a_store(&x, 1, relaxed);
}

/* --- independent reads of independent writes ---------------------------------------------- */

static void iriw_x(void)
{
    a_store(&x, 1, release);
}
static void iriw_y(void)
{
    a_store(&y, 1, release);
}
static void iriw_xy(void)
{
    r[0] = a_load(&x, acquire);
    r[1] = a_load(&y, acquire);
}
static void iriw_yx(void)
{
    r[2] = a_load(&y, acquire);
    r[3] = a_load(&x, acquire);
}
static void iriw_sc_x(void)
{
    a_store(&x, 1, seq_cst);
}
static void iriw_sc_y(void)
{
    a_store(&y, 1, seq_cst);
}
static void iriw_sc_xy(void)
{
    r[0] = a_load(&x, seq_cst);
    r[1] = a_load(&y, seq_cst);
}
static void iriw_sc_yx(void)
{
    r[2] = a_load(&y, seq_cst);
    r[3] = a_load(&x, seq_cst);
}

/* --- coherence ---------------------------------------------------------------------------- */

static void co_1(void)
{
    a_store(&x, 1, relaxed);
    a_store(&x, 2, relaxed);
}
static void co_read(void)
{
    r[0] = a_load(&x, relaxed);
    r[1] = a_load(&x, relaxed);
}
static void co_read_other(void)
{
    r[2] = a_load(&x, relaxed);
    r[3] = a_load(&x, relaxed);
}
static void co_w1(void)
{
    a_store(&x, 1, relaxed);
}
static void co_w2(void)
{
    a_store(&x, 2, relaxed);
}
/* Own store, then a load: never the older one. */
static void co_wr(void)
{
    a_store(&x, 1, relaxed);
    r[0] = a_load(&x, relaxed);
}
static void two_final(void)
{
    model_outcome("%u%u", r[0], x);
}

/* --- release sequences -------------------------------------------------------------------- */

static void rs_store(void)
{
    a_store(&x, 1, relaxed);
    a_store(&y, 1, release);
}
static void rs_rmw(void)
{
    a_fetch_add(&y, 1, relaxed); /* carries the release on */
}
static void rs_plain_store(void)
{
    if (a_load(&y, relaxed) == 1)
        a_store(&y, 2, relaxed); /* does not */
}
static void rs_load(void)
{
    r[0] = a_load(&y, acquire);
    r[1] = a_load(&x, relaxed);
}

/* --- 2+2W: stores of two places in either order ------------------------------------------- */

static void ww_0(void)
{
    a_store(&x, 1, relaxed);
    a_store(&y, 2, relaxed);
}
static void ww_1(void)
{
    a_store(&y, 1, relaxed);
    a_store(&x, 2, relaxed);
}
static void ww_sc_0(void)
{
    a_store(&x, 1, seq_cst);
    a_store(&y, 2, seq_cst);
}
static void ww_sc_1(void)
{
    a_store(&y, 1, seq_cst);
    a_store(&x, 2, seq_cst);
}
static void final_xy(void)
{
    model_outcome("%u%u", x, y);
}

/* --- read-modify-writes ------------------------------------------------------------------- */

static void add(void)
{
    a_fetch_add(&x, 1, relaxed);
}
static void cas_once(void)
{
    uint32_t seen = 0;

    if (a_cas(&x, &seen, 1, relaxed, relaxed))
        a_fetch_add(&z, 1, relaxed);
}
static void cas_weak_once(void)
{
    uint32_t seen = 0;

    if (a_cas_weak(&x, &seen, 1, relaxed, relaxed))
        a_fetch_add(&z, 1, relaxed);
}
static void final_x(void)
{
    model_outcome("%u", x);
}
static void final_z(void)
{
    model_outcome("%u", z);
}
static void one(void)
{
    model_outcome("%u", r[0]);
}

/* --- causality through a third thread, and spinning --------------------------------------- */

static void wrc_0(void)
{
    a_store(&x, 1, relaxed);
}
static void wrc_1(void)
{
    r[0] = a_load(&x, relaxed);
    a_store(&y, r[0], release);
}
static void wrc_2(void)
{
    r[1] = a_load(&y, acquire);
    r[2] = a_load(&x, relaxed);
}
static void spin_until_y(void)
{
    while (!a_load(&y, acquire))
        a_pause();
    r[0] = a_load(&x, relaxed);
}

/* --- failures that must be noticed: planted bugs of the checker's own --------------------- */

/* A counted object: the last one frees it. */
static uint32_t *counted;

static void counted_new(void)
{
    counted = malloc(2 * sizeof *counted);
    counted[0] = 2;
    counted[1] = 0;
}
static void counted_drop(void)
{
    uint32_t *mine = counted;

    if (model_self() == MODEL_BUG(3, 1, model_self()))
        mine[1]++; /* a race, if both do */
    if (a_fetch_sub(&mine[0], 1, MODEL_BUG(4, acq_rel, relaxed)) == 1)
        free(mine);
    if (MODEL_BUG(5, false, true))
        (void)a_load(&mine[0], relaxed);
}

/* A sleeper: whoever stores wakes. */
static void sleep_until_y(void)
{
    while (!a_load(&y, acquire))
        futex_wait(&y, 0, UINT64_MAX);
    r[0] = a_load(&x, relaxed);
}
static void wake_y(void)
{
    a_store(&x, 1, relaxed);
    if (MODEL_BUG(6, true, false)) {
        a_store(&y, 1, release);
        futex_wake(&y, 1);
    } else {
        futex_wake(&y, 1);
        a_store(&y, 1, release);
    }
}

/* Two locks, in one order. */
static lock first_lock, second_lock;

static void lock_both(lock *a, lock *b)
{
    lock_take(a);
    lock_take(b);
    data++;
    lock_drop(b);
    lock_drop(a);
}
static void lock_forward(void)
{
    lock_both(&first_lock, &second_lock);
}
static void lock_backward(void)
{
    lock_both(MODEL_BUG(7, &first_lock, &second_lock), MODEL_BUG(7, &second_lock, &first_lock));
}
static void final_data(void)
{
    model_outcome("%u", data);
}

#define LITMUS(n, t0, t1, t2, t3, c, o)                                                            \
    {                                                                                              \
        .name = n, .threads = {t0, t1, t2, t3}, .check = c, .outcomes = o                          \
    }

static const model_scenario scenarios[] = {
    LITMUS("sb_relaxed", sb_relaxed_0, sb_relaxed_1, NULL, NULL, two, "00 01 10 11"),
    LITMUS("sb_acq_rel", sb_acq_rel_0, sb_acq_rel_1, NULL, NULL, two, "00 01 10 11"),
    LITMUS("sb_seq_cst", sb_seq_cst_0, sb_seq_cst_1, NULL, NULL, two, "01 10 11"),
    LITMUS("sb_one_seq_cst", sb_seq_cst_0, sb_acq_rel_1, NULL, NULL, two, "00 01 10 11"),
    LITMUS("sb_fences", sb_fence_0, sb_fence_1, NULL, NULL, two, "01 10 11"),
    LITMUS("sb_one_fence", sb_fence_0, sb_relaxed_1, NULL, NULL, two, "00 01 10 11"),
    LITMUS("sb_membarrier", sb_light_0, sb_heavy_1, NULL, NULL, two, "01 10 11"),
    LITMUS("sb_membarrier_no_light", sb_relaxed_0, sb_heavy_1, NULL, NULL, two, "00 01 10 11"),
    LITMUS("sb_light_alone", sb_light_0, sb_relaxed_1, NULL, NULL, two, "00 01 10 11"),
    LITMUS("mp_relaxed", mp_relaxed_0, mp_relaxed_1, NULL, NULL, two, "00 01 10 11"),
    LITMUS("mp_release_acquire", mp_release_0, mp_acquire_1, NULL, NULL, two, "00 01 11"),
    LITMUS("mp_no_acquire", mp_release_0, mp_relaxed_1, NULL, NULL, two, "00 01 10 11"),
    LITMUS("mp_no_release", mp_relaxed_0, mp_acquire_1, NULL, NULL, two, "00 01 10 11"),
    LITMUS("mp_fences", mp_fence_0, mp_fence_1, NULL, NULL, two, "00 01 11"),
    LITMUS("mp_fence_acquire", mp_fence_0, mp_acquire_1, NULL, NULL, two, "00 01 11"),
    LITMUS("mp_release_fence", mp_release_0, mp_fence_1, NULL, NULL, two, "00 01 11"),
    LITMUS("mp_plain_data", mp_plain_0, mp_plain_1, NULL, NULL, two, "00 17"),
    LITMUS("lb", lb_0, lb_1, NULL, NULL, two, "00 01 10"),
    LITMUS("iriw_acquire", iriw_x, iriw_y, iriw_xy, iriw_yx, four,
           "0000 0001 0010 0011 0100 0101 0110 0111 1000 1001 1010 1011 1100 1101 1110 1111"),
    LITMUS("iriw_seq_cst", iriw_sc_x, iriw_sc_y, iriw_sc_xy, iriw_sc_yx, four,
           "0000 0001 0010 0011 0100 0101 0110 0111 1000 1001 1011 1100 1101 1110 1111"),
    LITMUS("corr", co_1, co_read, NULL, NULL, two, "00 01 02 11 12 22"),
    LITMUS("coww_corr2", co_w1, co_w2, co_read, co_read_other, four,
           "0000 0001 0002 0011 0012 0021 0022 0100 0101 0102 0111 0112 0121 0122 "
           "0200 0201 0202 0211 0212 0221 0222 1100 1101 1102 1111 1112 1121 1122 "
           "1200 1201 1202 1211 1212 1222 2100 2101 2102 2111 2121 2122 2200 2201 "
           "2202 2211 2212 2221 2222"),
    LITMUS("cowr", co_wr, co_w2, NULL, NULL, two_final, "11 12 22"),
    LITMUS("release_sequence", rs_store, rs_rmw, rs_load, NULL, two, "00 01 10 11 21"),
    LITMUS("release_sequence_ends", rs_store, rs_plain_store, rs_load, NULL, two, "00 01 11 20 21"),
    LITMUS("2+2w", ww_0, ww_1, NULL, NULL, final_xy, "11 12 21 22"),
    LITMUS("2+2w_seq_cst", ww_sc_0, ww_sc_1, NULL, NULL, final_xy, "12 21 22"),
    LITMUS("rmw_atomic", add, add, add, NULL, final_x, "3"),
    LITMUS("cas_one_winner", cas_once, cas_once, cas_once, NULL, final_z, "1"),
    LITMUS("cas_weak_fails", cas_weak_once, cas_weak_once, NULL, NULL, final_z, "0 1"),
    LITMUS("wrc_relaxed_then_release", wrc_0, wrc_1, wrc_2, NULL, three, "000 001 100 101 111"),
    LITMUS("spin", mp_release_0, spin_until_y, NULL, NULL, one, "1"),
    {.name = "counted", .setup = counted_new, .threads = {counted_drop, counted_drop}},
    LITMUS("futex", wake_y, sleep_until_y, NULL, NULL, one, "1"),
    LITMUS("locks", lock_forward, lock_backward, lock_forward, NULL, final_data, "3"),
};

MODEL_PROGRAM("litmus", scenarios)
