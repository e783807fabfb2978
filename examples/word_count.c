/*
 * word_count.c: state that belongs to one thread, and so needs no lock: each thread of a pinned pool has a
 * table of its own, and a word goes to the thread that counts it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <edo.h>

#define THREADS 2
#define WORDS 1000

typedef struct entry {
    const char *word;
    int count;
} entry;

static _Thread_local entry table[WORDS];
static _Thread_local int used;

/* On its word's thread, as all others that touch that table. */
static int count(void *word)
{
    for (int i = 0; i < used; i++)
        if (strcmp(table[i].word, word) == 0)
            return ++table[i].count;
    if (used == WORDS)
        return -ENOSPC;
    table[used++] = (entry){word, 1};
    return 1;
}

static int print_table(void *arg)
{
    (void)arg;
    for (int i = 0; i < used; i++)
        printf("%s %d\n", table[i].word, table[i].count);
    return 0;
}

/* Words of one length belong together, be that as it may. */
static size_t thread_of(const char *word)
{
    return strlen(word) % THREADS;
}

/* Waits for a task that was spawned; the first error, of it or of before. */
static int join(int rc, edo_task task)
{
    int result, joined = edo_join(task, &result);

    if (rc < 0 || joined < 0)
        return rc < 0 ? rc : joined;
    return result < 0 ? result : 0;
}

static int count_all(edo_pinned_pool *pool, char **words, int n, edo_task *tasks)
{
    int rc = 0, started = 0;

    for (; started < n && rc == 0; started += rc == 0)
        rc = edo_pinned_pool_spawn_on(pool, thread_of(words[started]), count, words[started],
                                      &tasks[started]);
    for (int i = 0; i < started; i++)
        rc = join(rc, tasks[i]);
    for (size_t i = 0; i < THREADS && rc == 0; i++) {
        edo_task printer;
        rc = edo_pinned_pool_spawn_on(pool, i, print_table, NULL, &printer);
        if (rc == 0)
            rc = join(rc, printer);
    }
    return rc;
}

/* A plain thread: joining parks it, and the pool's threads are all that there is. */
int main(int argc, char **argv)
{
    edo_pinned_pool *pool;
    edo_task *tasks = calloc((size_t)argc, sizeof *tasks);
    int rc = tasks ? edo_pinned_pool_new(THREADS, &pool) : -ENOMEM;

    if (rc == 0) {
        rc = count_all(pool, argv + 1, argc - 1, tasks);
        edo_pinned_pool_free(pool);
    }
    free(tasks);
    if (rc < 0)
        fprintf(stderr, "word_count: %s\n", edo_strerror(rc));
    return rc < 0;
}
