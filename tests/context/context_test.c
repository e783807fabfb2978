/* context_test.c: switching, and what survives a switch. */
#include "support/edo_test.h"

#include <fenv.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "base/sys.h"
#include "context/context.h"
#include "context/machine.h"
#include "support/forked.h"

#define MANY 1000

typedef struct player {
    context ctx;
    context *home;
    stack *stack;
    unsigned rounds; /* to play */
    uint64_t sum;
    double kept;
    int seen_errno;
} player;

static context home;
static stack_cache cache;

static void start_player(player *p, void (*entry)(void *arg))
{
    p->home = &home;
    assert_ok(stack_get(&cache, 0, &p->stack));
    context_init(&p->ctx, p->stack, entry, p);
}

static void play(void *arg)
{
    player *p = arg;

    for (unsigned i = 0; i < p->rounds; i++) {
        p->sum += i;
        context_switch(&p->ctx, p->home);
    }
    context_switch_last(&p->ctx, p->home);
}

static void finish_player(player *p)
{
    stack_put(&cache, p->stack);
}

EDO_TEST_PLAIN(context_runs_its_entry_and_comes_back)
{
    player p = {.rounds = test_count(100000)};

    context_init_thread(&home);
    start_player(&p, play);
    for (unsigned i = 0; i < p.rounds; i++) {
        assert_int_equal(p.sum, (uint64_t)i * (i - (i > 0)) / 2);
        context_switch(&home, &p.ctx);
    }
    context_switch(&home, &p.ctx); /* its last */
    finish_player(&p);
    context_fini_thread(&home);
}

EDO_TEST_PLAIN(contexts_by_the_thousand)
{
    player *players = calloc(MANY, sizeof *players);

    context_init_thread(&home);
    for (unsigned i = 0; i < MANY; i++) {
        players[i].rounds = 10;
        start_player(&players[i], play);
    }
    for (unsigned round = 0; round <= 10; round++)
        for (unsigned i = 0; i < MANY; i++)
            context_switch(&home, &players[i].ctx);
    for (unsigned i = 0; i < MANY; i++) {
        assert_int_equal(players[i].sum, 45);
        finish_player(&players[i]);
    }
    context_fini_thread(&home);
    free(players);
}

/* A stack is used by one context after the other, each of which leaves it in the middle. */
EDO_TEST_PLAIN(context_begins_anew_on_a_used_stack)
{
    context_init_thread(&home);
    for (unsigned i = 0; i < test_count(2000); i++) {
        player p = {.rounds = 3};
        start_player(&p, play);
        for (int round = 0; round < 4; round++)
            context_switch(&home, &p.ctx);
        assert_int_equal(p.sum, 3);
        finish_player(&p);
    }
    context_fini_thread(&home);
}

static void tell_alignment(void *arg)
{
    player *p = arg;
    _Alignas(64) volatile char line[64];

    line[0] = 1;
    p->sum = (uintptr_t)line % 64 + (uint64_t)(line[0] - 1);
    p->sum += (uint64_t)snprintf((char[64]){0}, 64, "%.3f", 1.5); /* SSE on the stack */
    context_switch_last(&p->ctx, p->home);
}

EDO_TEST_PLAIN(context_stack_is_aligned)
{
    player p = {0};

    context_init_thread(&home);
    start_player(&p, tell_alignment);
    context_switch(&home, &p.ctx);
    assert_int_equal(p.sum, 5);
    finish_player(&p);
    context_fini_thread(&home);
}

/* More values in flight over the switch than there are registers to keep them in, of each kind. */
#define KEPT(type, x)                                                                              \
    type a = (type)(x), b = a + 3, c = a + 5, d = a + 7, e = a + 11, f = a + 13, g = a + 17,       \
         h = a + 19, i = a + 23, j = a + 29, k = a + 31, l = a + 37
#define MIXED()                                                                                    \
    (a++, b += a, c += b, d += c, e += d, f += e, g += f, h += g, i += h, j += i, k += j, l += k)

static uint64_t mix_integers(player *p, uint64_t first, unsigned rounds)
{
    KEPT(uint64_t, first);

    while (rounds--) {
        if (p)
            context_switch(&p->ctx, p->home);
        MIXED();
    }
    return l;
}

static double mix_doubles(player *p, uint64_t first, unsigned rounds)
{
    KEPT(double, first);

    while (rounds--) {
        if (p)
            context_switch(&p->ctx, p->home);
        MIXED();
    }
    return l;
}

static void keep_many(void *arg)
{
    player *p = arg;

    p->sum = mix_integers(p, p->sum, p->rounds);
    p->kept = mix_doubles(p, p->sum % 10, p->rounds);
    context_switch_last(&p->ctx, p->home);
}

EDO_TEST_PLAIN(registers_survive_a_switch)
{
    enum { ROUNDS = 50 };
    player p[3];

    context_init_thread(&home);
    for (unsigned i = 0; i < 3; i++) {
        p[i] = (player){.rounds = ROUNDS, .sum = i + 1};
        start_player(&p[i], keep_many);
    }
    for (unsigned round = 0; round <= 2 * ROUNDS; round++)
        for (unsigned i = 0; i < 3; i++)
            context_switch(&home, &p[i].ctx);
    for (unsigned i = 0; i < 3; i++) {
        uint64_t sum = mix_integers(NULL, i + 1, ROUNDS);
        assert_int_equal(p[i].sum, sum);
        assert_true(p[i].kept == mix_doubles(NULL, sum % 10, ROUNDS)); /* the same operations */
        finish_player(&p[i]);
    }
    context_fini_thread(&home);
}

EDO_TEST_PLAIN(fp_control_is_saved_and_loaded)
{
    fp_control usual, upward;

    fp_control_save(&usual);
    fesetround(FE_UPWARD);
    fp_control_save(&upward);
    fp_control_load(&usual);
#if defined(__x86_64__)
    assert_int_equal(fegetround(), FE_TONEAREST);
    assert_int_not_equal(usual.mxcsr, upward.mxcsr);
    assert_int_not_equal(usual.x87, upward.x87);
    fp_control_load(&upward);
    assert_int_equal(fegetround(), FE_UPWARD);
#elif defined(__aarch64__)
    assert_int_equal(fegetround(), FE_TONEAREST);
    assert_int_not_equal(usual.fpcr, upward.fpcr);
    fp_control_load(&upward);
    assert_int_equal(fegetround(), FE_UPWARD);
#endif
    fp_control_load(&usual);
}

EDO_TEST_PLAIN(low_water_lies_on_the_stack_and_is_noted)
{
    player p = {.rounds = 1};

    context_init_thread(&home);
    start_player(&p, play);
    context_switch(&home, &p.ctx);
    char *low = context_low_water(&p.ctx);
    stack_note_depth(p.stack, low);
    if (low) { /* known */
        assert_true(low > p.stack->low && low < p.stack->top);
        assert_true(p.stack->deepest <= low);
    }
    context_switch(&home, &p.ctx);
    finish_player(&p);
    context_fini_thread(&home);
}

static void move_over(void *arg)
{
    player *p = arg;

    errno = 1;
    p->seen_errno = errno;
    context_switch(&p->ctx, p->home); /* comes back on the other thread */
    p->seen_errno = errno;
    errno = 3;
    context_switch_last(&p->ctx, p->home);
}

static void *go_on(void *arg)
{
    player *p = arg;
    context other_home;

    context_init_thread(&other_home);
    p->home = &other_home;
    errno = 2;
    context_switch(&other_home, &p->ctx);
    assert_int_equal(errno, 3);
    context_fini_thread(&other_home);
    return NULL;
}

EDO_TEST_PLAIN(context_moves_to_another_thread_and_sees_its_errno)
{
    player p = {0};

    context_init_thread(&home);
    start_player(&p, move_over);
    context_switch(&home, &p.ctx);
    assert_int_equal(p.seen_errno, 1);
    join_thread(start_thread(go_on, &p));
    assert_int_equal(p.seen_errno, 2);
    assert_int_equal(errno, 1);
    finish_player(&p);
    context_fini_thread(&home);
}

static void block_signal(void *arg)
{
    player *p = arg;
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    context_switch_last(&p->ctx, p->home);
}

EDO_TEST_PLAIN(signal_mask_is_left_alone)
{
    player p = {0};
    sigset_t now;

    context_init_thread(&home);
    start_player(&p, block_signal);
    context_switch(&home, &p.ctx);
    pthread_sigmask(SIG_SETMASK, NULL, &now);
    assert_true(sigismember(&now, SIGUSR1));
    finish_player(&p);
    context_fini_thread(&home);
}

#if defined(MACHINE_AARCH64) && defined(__ARM_FEATURE_BTI_DEFAULT)

#ifndef PROT_BTI
#define PROT_BTI 0x10
#endif
#ifndef HWCAP2_BTI
#define HWCAP2_BTI (1 << 17)
#endif

void machine_begin(void); /* the last of the switch's functions but one */

/* From here on an indirect branch into the switch's pages must end at a landing pad, as in a
 * program all of which was built so. */
static void want_landing_pads(void)
{
    uintptr_t page = (uintptr_t)machine_swap & ~(sys_page_size() - 1);
    uintptr_t end = (uintptr_t)machine_begin + 256;

    if (!(getauxval(AT_HWCAP2) & HWCAP2_BTI))
        EDO_SKIP("this processor knows no landing pads");
    assert_ok(sys_mprotect((void *)page, end - page, PROT_READ | PROT_EXEC | PROT_BTI));
}

static void note_call(void *arg)
{
    *(int *)arg += 1;
}

EDO_TEST_PLAIN(switch_has_its_landing_pads)
{
    player p = {.rounds = 3};
    void (*volatile swap)(void **from, void *to) = machine_swap;
    int (*volatile call_on)(void *place, void (*fn)(void *arg), void *arg) = machine_call_on;
    int calls = 0;

    want_landing_pads();
    context_init_thread(&home);
    start_player(&p, play);
    for (int round = 0; round < 4; round++)
        swap(&home.sp, p.ctx.sp);
    assert_int_equal(p.sum, 3);
    assert_ok(call_on(p.ctx.sp, note_call, &calls));
    assert_int_equal(calls, 1);
    finish_player(&p);
    context_fini_thread(&home);
}

static void branch_behind_the_pad(void)
{
    void (*volatile behind)(void) = (void (*)(void))((uintptr_t)machine_swap + 8);

    behind();
}

EDO_TEST_PLAIN(switch_is_entered_at_its_landing_pad_only)
{
    char text[512];

    want_landing_pads();
    int status = forked_run(branch_behind_the_pad, text, sizeof text);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGILL);
}

#endif
