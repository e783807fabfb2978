/*
 * explore.c: the search: depth first over the choices, by running the program again from the start.
 *
 * States       At each point where a thread could be preempted the state has a hash: of every
 *              thread's causal past, and of the order of stores. Runs that differ only in the order
 *              of independent events come to the same one. A state that was met before with at
 *              least as much of the bounds left is not gone into again.
 */
#include <sys/mman.h>

#include "engine/internal.h"

#define CACHE_SLOTS ((size_t)1 << 22)
#define WEAK_KINDS 8

struct cache_entry {
    uint64_t key;
    int8_t preemptions[WEAK_KINDS]; /* the most left, by how much weakness was left; -1: never */
};

unsigned choose(unsigned n)
{
    if (n <= 1)
        return 0;
    if (M->depth == CHOICES_MAX)
        model_fail("the run makes more than %d choices", CHOICES_MAX);
    choice *c = &M->path[M->depth];
    if (M->depth == M->length) {
        *c = (choice){.n = (uint16_t)n};
        M->length++;
    } else if (c->n != n) {
        model_fail("a replay differs: %u choices instead of %u at %u; is there a source of chance?",
                   n, c->n, M->depth);
    }
    M->depth++;
    return c->chosen;
}

bool beyond_replay(void)
{
    return M->depth == M->length;
}

bool next_path(void)
{
    while (M->length > 0) {
        choice *last = &M->path[M->length - 1];
        if (last->chosen + 1u < last->n) {
            last->chosen++;
            return true;
        }
        M->length--;
    }
    return false;
}

void forget_states(void)
{
    size_t bytes = CACHE_SLOTS * sizeof(struct cache_entry);

    if (M->cache)
        munmap(M->cache, bytes);
    M->cache = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (M->cache == MAP_FAILED)
        M->cache = NULL; /* slower, and as thorough */
    M->cache_used = 0;
    M->states = 0;
}

static struct cache_entry *slot_of(uint64_t key)
{
    size_t i = key % CACHE_SLOTS;

    while (M->cache[i].key != 0 && M->cache[i].key != key)
        i = (i + 1) % CACHE_SLOTS;
    return &M->cache[i];
}

bool seen_before(uint64_t key)
{
    int preemptions = (int)(M->preemptions_max - M->preemptions);
    unsigned weak = M->weak_max - M->weak;

    if (!M->cache || weak >= WEAK_KINDS)
        return false;
    if (key == 0)
        key = 1;
    struct cache_entry *e = slot_of(key);
    if (e->key == 0) {
        if (M->cache_used > CACHE_SLOTS * 3 / 4)
            return false; /* full: what is new is not remembered */
        M->cache_used++;
        M->states++;
        e->key = key;
        for (unsigned i = 0; i < WEAK_KINDS; i++)
            e->preemptions[i] = -1;
    }
    for (unsigned i = weak; i < WEAK_KINDS; i++)
        if (e->preemptions[i] >= preemptions)
            return true;
    e->preemptions[weak] = (int8_t)preemptions;
    return false;
}
