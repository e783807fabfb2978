/* guard_test.c: a stack that grows too far ends the process, whichever guard it has. */
#include "support/edo_test.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/macros.h"
#include "base/sys.h"
#include "context/context.h"
#include "context/stack.h"

static context home, ctx;

/* Runs `fn` in a child; returns the signal that ended it, or 0. Its stderr is in `text`. */
static int signal_of(void (*fn)(void), char *text, size_t room)
{
    int fds[2];
    int status;
    size_t used = 0;
    ssize_t n;

    assert_ok(pipe(fds));
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        dup2(fds[1], STDERR_FILENO);
        signal(SIGSEGV, SIG_DFL); /* not the sanitizer's nor the harness's own */
        signal(SIGBUS, SIG_DFL);
        signal(SIGABRT, SIG_DFL);
        prctl(PR_SET_DUMPABLE, 0);
        fn();
        _exit(0);
    }
    close(fds[1]);
    while (used + 1 < room && (n = read(fds[0], text + used, room - 1 - used)) > 0)
        used += (size_t)n;
    text[used] = '\0';
    close(fds[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static noinline int overrun(int depth)
{
    volatile char frame[512];

    memset((char *)frame, depth, sizeof frame);
    if (depth < 1000000)
        frame[1] = (char)overrun(depth + 1);
    return frame[1] + frame[511];
}

static void run_over(void *arg)
{
    (void)arg;
    overrun(0);
    context_switch_last(&ctx, &home);
}

static void overrun_a_stack(size_t size)
{
    stack *s;

    context_init_thread(&home);
    assert_ok(stack_get(NULL, size, &s));
    context_init(&ctx, s, run_over, NULL);
    context_switch(&home, &ctx);
}

static void overrun_common(void)
{
    overrun_a_stack(0);
}

static void overrun_large(void)
{
    overrun_a_stack((size_t)1 << 20);
}

static void touch_whole_guard(void)
{
    stack *s;

    assert_ok(stack_get(NULL, 0, &s));
    *(volatile char *)(s->low - STACK_GUARD_SIZE) = 1;
}

static void assert_guarded_by(guard_kind kind)
{
    char text[512];

    stack_guard_force(kind);
    assert_int_equal(stack_guard_kind(), kind);
    assert_int_equal(signal_of(overrun_common, text, sizeof text), SIGSEGV);
    assert_int_equal(signal_of(overrun_large, text, sizeof text), SIGSEGV);
    assert_int_equal(signal_of(touch_whole_guard, text, sizeof text), SIGSEGV);
}

#define NO_GUARDS_BY_MADVISE "there is no MADV_GUARD_INSTALL here"

EDO_TEST_PLAIN(guard_by_madvise_ends_the_process)
{
    if (stack_guard_kind() != GUARD_MADVISE)
        EDO_SKIP(NO_GUARDS_BY_MADVISE);
    assert_guarded_by(GUARD_MADVISE);
}

EDO_TEST_PLAIN(guard_by_mprotect_ends_the_process)
{
    assert_guarded_by(GUARD_MPROTECT);
}

static void overwrite_canary(void)
{
    stack *s;

    assert_ok(stack_get(NULL, 0, &s));
    s->low[3] ^= 1;
    stack_put(NULL, s);
}

EDO_TEST_PLAIN(overwritten_canary_aborts)
{
    char text[512];

    stack_guard_force(GUARD_CANARY);
    assert_int_equal(signal_of(overwrite_canary, text, sizeof text), SIGABRT);
    assert_non_null(strstr(text, "edo: a stack of 262144 bytes was overrun"));
}

static void use_canaries(void)
{
    stack *held[200];
    stack_cache cache = {0};

    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 200; i++) {
            assert_ok(stack_get(&cache, 0, &held[i]));
            assert_int_equal(held[i]->guard, GUARD_CANARY);
            memset(held[i]->low + 64, 1, held[i]->size - 64); /* all but the canary */
            stack_note_depth(held[i], held[i]->low + 64);
        }
        for (int i = 0; i < 200; i++)
            stack_put(&cache, held[i]);
        stack_cache_flush(&cache);
        while (stack_pool_trim(64))
            ; /* takes the canaries as well; get writes them anew */
    }
}

EDO_TEST_PLAIN(whole_canary_stays_through_pool_and_trim)
{
    char text[512];

    stack_guard_force(GUARD_CANARY);
    assert_int_equal(signal_of(use_canaries, text, sizeof text), 0);
    assert_string_equal(text, "");
}

static int map_entries(void)
{
    FILE *maps = fopen("/proc/self/maps", "r");
    int lines = 0;
    int c;

    assert_non_null(maps);
    while ((c = getc(maps)) != EOF)
        lines += c == '\n';
    fclose(maps);
    return lines;
}

EDO_TEST_PLAIN(guards_leave_map_entries_to_others)
{
    enum { STACKS = 10000 };
    static stack *held[STACKS];
    long budget = sys_max_map_count() / 4;
    int before;

    stack_guard_force(GUARD_MPROTECT);
    before = map_entries();
    for (int i = 0; i < STACKS; i++)
        assert_ok(stack_get(NULL, 0, &held[i]));
    assert_true(map_entries() - before < budget + 1000);
    assert_int_equal(held[0]->guard, GUARD_MPROTECT);
    if (budget < 2 * STACKS) { /* spent; by default it is */
        assert_int_equal(stack_guard_kind(), GUARD_CANARY);
        assert_int_equal(held[STACKS - 1]->guard, GUARD_CANARY);
    }
    for (int i = 0; i < STACKS; i++)
        stack_put(NULL, held[i]);
}

EDO_TEST_PLAIN(guards_by_madvise_split_no_mapping)
{
    enum { STACKS = 2000 };
    static stack *held[STACKS];
    int before;

    if (stack_guard_kind() != GUARD_MADVISE)
        EDO_SKIP(NO_GUARDS_BY_MADVISE);
    before = map_entries();
    for (int i = 0; i < STACKS; i++)
        assert_ok(stack_get(NULL, 0, &held[i]));
    assert_true(map_entries() - before < 100);
    for (int i = 0; i < STACKS; i++)
        stack_put(NULL, held[i]);
}
