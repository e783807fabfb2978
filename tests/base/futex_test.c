/* futex_test.c: sleeping on a word. */
#include "support/edo_test.h"

#include <sys/mman.h>
#if __has_include(<valgrind/valgrind.h>)
#include <valgrind/valgrind.h>
#else
#define RUNNING_ON_VALGRIND 0
#endif

#include "base/atomic.h"
#include "base/clock.h"
#include "base/futex.h"

EDO_TEST_PLAIN(futex_wait_returns_when_the_word_differs)
{
    uint32_t word = 1;
    assert_ok(futex_wait(&word, 0, UINT64_MAX));
}

EDO_TEST_PLAIN(futex_wait_times_out_and_never_early)
{
    uint32_t word = 0;

    for (int i = 0; i < 20; i++) {
        uint64_t until = clock_now() + 200000;
        int rc;
        while ((rc = futex_wait(&word, 0, until)) == 0)
            ; /* woken for no reason */
        assert_int_equal(rc, -ETIMEDOUT);
        assert_true(clock_now() >= until);
    }
    assert_int_equal(futex_wait(&word, 0, 0), -ETIMEDOUT);
}

EDO_TEST_PLAIN(futex_leaves_errno_alone)
{
    uint32_t word = 1;

    errno = 77;
    futex_wait(&word, 0, UINT64_MAX); /* EAGAIN inside */
    futex_wait(&word, 1, 0);          /* ETIMEDOUT */
    assert_int_equal(errno, 77);
}

static uint32_t gate;

static void *wait_at_gate(void *arg)
{
    while (a_load(&gate, acquire) == 0)
        futex_wait(&gate, 0, UINT64_MAX);
    return arg;
}

EDO_TEST_PLAIN(futex_wake_wakes_as_many_as_asked)
{
    pthread_t threads[3];

    for (int i = 0; i < 3; i++)
        threads[i] = start_thread(wait_at_gate, &gate);
    block_thread_for(20);
    a_store(&gate, 1, release);
    futex_wake(&gate, 3);
    for (int i = 0; i < 3; i++)
        assert_ptr_equal(join_thread(threads[i]), &gate);
}

EDO_TEST_PLAIN(futex_wake_bears_memory_that_is_gone)
{
    uint32_t *word = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    assert_true(word != MAP_FAILED);
    munmap(word, 4096);
    if (RUNNING_ON_VALGRIND)
        return; /* it complains before the kernel is asked */
    errno = 77;
    futex_wake(word, 1);
    assert_int_equal(errno, 77);
}
