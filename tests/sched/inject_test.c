/* inject_test.c: the queue from outside counts exactly. */
#include "runtime/rig.h"

#include "sched/inject.h"

static void push_one(inject_queue *q, task *t)
{
    inject_push_list(q, t, t, 1);
}

static unsigned chain_len(const task *t)
{
    unsigned n = 0;

    for (; t; t = t->next)
        n++;
    return n;
}

EDO_TEST_PLAIN(it_counts_exactly) /* rt-135 */
{
    static task tasks[20];
    inject_queue q = {0};
    uint64_t taken = 99;

    assert_null(inject_pop_list(&q, 1, &taken));
    for (unsigned i = 0; i < 20; i++) {
        assert_int_equal(inject_len(&q), i);
        push_one(&q, &tasks[i]);
    }
    for (unsigned i = 0; i < 20; i++) {
        assert_int_equal(inject_len(&q), 20 - i);
        assert_ptr_equal(inject_pop_list(&q, 1, &taken), &tasks[i]);
        assert_int_equal(taken, 1);
    }
    assert_int_equal(inject_len(&q), 0);

    for (int i = 0; i < 9; i++)
        tasks[i].next = &tasks[i + 1];
    inject_push_list(&q, &tasks[0], &tasks[9], 10);
    assert_int_equal(inject_len(&q), 10);
    task *first = inject_pop_list(&q, 5, &taken); /* half of the batch: the rest stays */
    assert_int_equal(taken, 5);
    assert_int_equal(chain_len(first), 5);
    assert_int_equal(inject_len(&q), 5);
    push_one(&q, &tasks[10]); /* behind the rest */
    first = inject_pop_list(&q, 5, &taken);
    assert_ptr_equal(first, &tasks[5]);
    assert_int_equal(chain_len(first), 5);
    assert_ptr_equal(inject_pop_list(&q, 5, &taken), &tasks[10]);
    assert_int_equal(taken, 1);
    assert_null(inject_pop_list(&q, 5, &taken));
    assert_int_equal(inject_len(&q), 0);
}

EDO_TEST_PLAIN(a_foreign_one_is_found_in_the_middle)
{
    static task tasks[20];
    inject_queue q = {0};
    uint64_t taken;

    for (unsigned i = 0; i < 20; i++) {
        tasks[i].last_core = i == 3 || i == 18 ? 1 : 0;
        push_one(&q, &tasks[i]);
    }
    assert_ptr_equal(inject_pop_foreign(&q, 0), &tasks[3]);
    assert_null(inject_pop_foreign(&q, 0)); /* the other one is too far back */
    assert_int_equal(inject_len(&q), 19);
    assert_ptr_equal(inject_pop_foreign(&q, 1), &tasks[0]);
    task *rest = inject_pop_list(&q, 100, &taken);
    assert_int_equal(taken, 18);
    assert_int_equal(chain_len(rest), 18);
    assert_null(q.first);
    assert_null(q.last);
}

typedef struct pusher {
    inject_queue *q;
    task *tasks;
    unsigned count;
} pusher;

static void *push_all(void *arg)
{
    pusher *p = arg;

    for (unsigned i = 0; i < p->count; i++)
        push_one(p->q, &p->tasks[i]);
    return NULL;
}

EDO_TEST_PLAIN(many_threads_push_and_one_pops_all)
{
    unsigned count = test_count(20000), popped = 0;
    task *tasks = calloc(2 * (size_t)count, sizeof *tasks);
    inject_queue q = {0};
    pusher p[2] = {{&q, tasks, count}, {&q, tasks + count, count}};
    pthread_t threads[2] = {start_thread(push_all, &p[0]), start_thread(push_all, &p[1])};
    uint64_t taken;

    while (popped < 2 * count)
        for (task *t = inject_pop_list(&q, 7, &taken), *next; t; t = next) {
            next = t->next;
            assert_int_equal(t->result, 0);
            t->result = 1;
            popped++;
        }
    join_thread(threads[0]);
    join_thread(threads[1]);
    assert_int_equal(inject_len(&q), 0);
    free(tasks);
}
