/* run_queue_test.c: the worker's queue: order, overflow, stealing, and thieves beside the owner. */
#include "runtime/rig.h"

#include <signal.h>
#include <sys/mman.h>

#include "sched/run_queue.h"

/* Headers that are only queued and never run; result tells them apart. */
static task *make_tasks(unsigned n)
{
    task *tasks = aligned_alloc(64, n * ((sizeof(task) + 63) / 64 * 64));

    assert_non_null(tasks);
    memset(tasks, 0, n * sizeof *tasks);
    for (unsigned i = 0; i < n; i++)
        tasks[i].result = (int)i;
    return tasks;
}

static run_queue *make_queue(void)
{
    run_queue *q = aligned_alloc(64, sizeof *q);

    assert_non_null(q);
    memset(q, 0, sizeof *q);
    return q;
}

static unsigned drain(run_queue *q, unsigned *seen)
{
    unsigned count = 0;

    for (task *t; (t = run_queue_pop(q)); count++)
        seen[t->result]++;
    return count;
}

EDO_TEST_PLAIN(it_holds_256_in_chunks_of_any_size) /* rt-131 */
{
    const unsigned plans[][4] = {{256}, {10, 100, 46, 100}, {1, 254, 1}};
    task *tasks = make_tasks(256);
    run_queue *q = make_queue();
    inject_queue over = {0};

    for (int plan = 0; plan < 3; plan++) {
        unsigned n = 0, room = 256;
        for (int i = 0; i < 4; i++) {
            for (unsigned k = 0; k < plans[plan][i]; k++)
                assert_false(run_queue_push(q, &tasks[n++], &over));
            assert_int_equal(run_queue_len(q), n);
            assert_int_equal(run_queue_room(q), room -= plans[plan][i]);
        }
        assert_int_equal(inject_len(&over), 0);
        for (unsigned i = 0; i < 256; i++)
            assert_ptr_equal(run_queue_pop(q), &tasks[i]); /* first in, first out */
        assert_null(run_queue_pop(q));
    }
    for (unsigned i = 0; i < 1000; i++) { /* one at a time, around the ring */
        assert_false(run_queue_push(q, &tasks[i % 256], &over));
        assert_ptr_equal(run_queue_pop(q), &tasks[i % 256]);
    }
    free(q);
    free(tasks);
}

EDO_TEST_PLAIN(the_257th_moves_the_oldest_half) /* rt-132 */
{
    task *tasks = make_tasks(257);
    run_queue *q = make_queue();
    inject_queue over = {0};
    uint64_t taken = 0;

    for (unsigned i = 0; i < 256; i++)
        assert_false(run_queue_push(q, &tasks[i], &over));
    assert_true(run_queue_push(q, &tasks[256], &over));
    assert_int_equal(inject_len(&over), 129); /* 128 and the one that had no room */
    assert_int_equal(run_queue_len(q), 128);
    task *t = inject_pop_list(&over, 1000, &taken);
    assert_int_equal(taken, 129);
    for (int i = 0; i < 128; i++, t = t->next)
        assert_int_equal(t->result, i); /* the oldest */
    assert_int_equal(t->result, 256);
    assert_null(t->next);
    for (int i = 128; i < 256; i++)
        assert_int_equal(run_queue_pop(q)->result, i);
    assert_null(run_queue_pop(q));
    free(q);
    free(tasks);
}

EDO_TEST_PLAIN(a_thief_takes_half) /* rt-133 */
{
    task *tasks = make_tasks(4);
    run_queue *from = make_queue(), *to = make_queue();
    inject_queue over = {0};
    unsigned count = 0, seen[4] = {0};

    assert_null(run_queue_steal(from, to, &count));
    for (int i = 0; i < 4; i++)
        run_queue_push(from, &tasks[i], &over);
    task *now = run_queue_steal(from, to, &count);
    assert_non_null(now);
    assert_int_equal(count, 2);
    assert_int_equal(run_queue_len(to), 1);
    assert_int_equal(run_queue_len(from), 2);
    seen[now->result]++;
    assert_int_equal(drain(to, seen), 1);
    assert_int_equal(drain(from, seen), 2);
    for (int i = 0; i < 4; i++)
        assert_int_equal(seen[i], 1);
    free(from);
    free(to);
    free(tasks);
}

/* A thief that is stopped in the middle of its copy, by a page of its own queue that it may not
 * write yet; meanwhile, in the handler, the owner pushes. */
static struct {
    run_queue *from;
    task *more;
    inject_queue over;
    char *page;
    int faults;
} stopped;

static void push_and_go_on(int signo)
{
    (void)signo;
    if (stopped.faults++ > 0)
        abort();
    for (int i = 0; i < 100; i++)
        run_queue_push(stopped.from, &stopped.more[i], &stopped.over);
    mprotect(stopped.page, 4096, PROT_READ | PROT_WRITE);
}

EDO_TEST_PLAIN(a_slow_thief_keeps_what_it_has_claimed) /* rt-134 */
{
    char *pages = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    run_queue *to = (run_queue *)(void *)(pages + 4096 - 192);
    task *tasks = make_tasks(356);
    unsigned count, seen[356] = {0};
    struct sigaction act = {.sa_handler = push_and_go_on};

    assert_true(pages != MAP_FAILED);
    stopped.from = make_queue();
    stopped.more = tasks + 256;
    stopped.page = pages + 4096;
    for (int i = 0; i < 256; i++)
        run_queue_push(stopped.from, &tasks[i], &stopped.over);
    assert_int_equal(sigaction(SIGSEGV, &act, NULL), 0);
    assert_int_equal(mprotect(stopped.page, 4096, PROT_NONE), 0);
    task *now = run_queue_steal(stopped.from, to, &count);
    signal(SIGSEGV, SIG_DFL);
    assert_int_equal(stopped.faults, 1);
    assert_int_equal(count, 128);
    assert_int_equal(now->result, 127);
    for (int i = 0; i < 127; i++)
        assert_int_equal(run_queue_pop(to)->result, i);
    assert_int_equal(inject_len(&stopped.over), 100); /* there was no room for them */
    assert_int_equal(run_queue_len(stopped.from), 128);
    assert_int_equal(run_queue_room(stopped.from), 128);
    assert_int_equal(drain(stopped.from, seen), 128);
    free(stopped.from);
    free(tasks);
    munmap(pages, 8192);
}

typedef struct theft {
    run_queue *from;
    unsigned *seen, stolen, steals, enough;
    int stop;
    unsigned slow_ms;
} theft;

static void *steal_until_told(void *arg)
{
    theft *th = arg;
    run_queue *mine = make_queue();
    unsigned count;

    while (!a_load(&th->stop, acquire) && th->steals < th->enough) {
        task *t = run_queue_steal(th->from, mine, &count);
        if (!t) {
            sched_yield();
            continue;
        }
        th->seen[t->result]++;
        th->stolen += 1 + drain(mine, th->seen);
        th->steals++;
        if (th->slow_ms && th->steals % 64 == 0)
            block_thread_for(th->slow_ms);
    }
    free(mine);
    return NULL;
}

static unsigned drain_injected(inject_queue *over, unsigned *seen)
{
    uint64_t taken = 0;
    unsigned count = 0;

    for (task *t = inject_pop_list(over, UINT64_MAX, &taken); t; t = t->next, count++)
        seen[t->result]++;
    return count;
}

/* `pushes` of the owner, `pops` of them taken by itself at once, beside two thieves. */
static void check_nothing_lost(unsigned pushes, unsigned pops, unsigned enough, unsigned slow_ms)
{
    task *tasks = make_tasks(pushes);
    unsigned *seen = calloc(3 * (size_t)pushes, sizeof *seen), total = 0;
    run_queue *q = make_queue();
    inject_queue over = {0};
    theft th[2];
    pthread_t threads[2];

    for (int i = 0; i < 2; i++) {
        th[i] = (theft){.from = q,
                        .seen = seen + (size_t)(i + 1) * pushes,
                        .enough = enough,
                        .slow_ms = slow_ms};
        threads[i] = start_thread(steal_until_told, &th[i]);
    }
    for (unsigned i = 0; i < pushes; i++) {
        run_queue_push(q, &tasks[i], &over);
        task *t = i % 2 && pops ? run_queue_pop(q) : NULL;
        if (t) {
            seen[t->result]++;
            total++;
            pops--;
        }
    }
    total += drain(q, seen);
    for (int i = 0; i < 2; i++) {
        a_store(&th[i].stop, 1, release);
        join_thread(threads[i]);
        total += th[i].stolen;
    }
    total += drain(q, seen) + drain_injected(&over, seen);
    assert_int_equal(total, pushes);
    for (unsigned i = 0; i < pushes; i++)
        assert_int_equal(seen[i] + seen[pushes + i] + seen[2 * pushes + i], 1);
    free(q);
    free(seen);
    free(tasks);
}

EDO_TEST_PLAIN(thieves_beside_the_owner_lose_and_double_nothing) /* rt-134 */
{
    unsigned rounds = test_count(1000);

    assert_true(rounds > 0);
    for (unsigned i = 0; i < rounds / 4; i++)
        check_nothing_lost(500, 250, 1000, 0);
    check_nothing_lost(test_count(1000000), 0, UINT32_MAX, 1);
}
