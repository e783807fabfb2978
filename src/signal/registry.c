/*
 * registry.c: the handler, and the table that it walks.
 *
 * The table   A signal has a list of blocks of entries. Blocks are only ever added, at the front,
 *             and never freed, so the handler walks them without a lock; an entry is an eventfd
 *             plus 1, 0: free.
 * Closing     unregister clears the entry, then waits until no handler of that signal is running.
 *             A handler counts itself in before it reads the first entry; all four accesses are
 *             sequentially consistent, so either it sees the entry cleared, or unregister sees it
 *             counted. So the eventfd may be closed afterwards.
 * No          The handler calls write(2) and nothing else, and leaves errno as it was. It is never
 *   surprise  blocked: an eventfd is non-blocking, and a full one has been told already.
 */
#include "signal/registry.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/chaos.h"
#include "base/fork.h"
#include "base/lock.h"
#include "base/macros.h"
#include "base/sys.h"
#include "base/thread.h"

#define BLOCK_ENTRIES 14
#define SIGNALS 65 /* 1 to 64 */

typedef struct block {
    struct block *next;           /* set before it is published */
    int32_t entry[BLOCK_ENTRIES]; /* atomic */
} block;

typedef struct listeners {
    block *blocks;           /* atomic; written under the lock */
    uint32_t running;        /* handlers under way; atomic */
    uint32_t count;          /* entries taken; under the lock */
    struct sigaction before; /* under the lock; while count > 0 */
} listeners;

static lock registry_lock;
static listeners registry[SIGNALS];

static void handle(int signo)
{
    listeners *l = &registry[signo];
    uint64_t one = 1;

    a_fetch_add(&l->running, 1, seq_cst); /* with signal_unregister, see the top */
    /* acquire: pairs with the release in add_block. */
    for (block *b = a_load(&l->blocks, acquire); b; b = b->next) {
        for (unsigned i = 0; i < BLOCK_ENTRIES; i++) {
            int32_t entry = a_load(&b->entry[i], seq_cst);
            if (entry)
                sys_write(entry - 1, &one, sizeof one); /* which leaves errno as it was */
        }
    }
    a_fetch_sub(&l->running, 1, seq_cst);
}

bool signal_can_listen(int signo)
{
    switch (signo) {
    case SIGKILL:
    case SIGSTOP:
    case SIGSEGV:
    case SIGILL:
    case SIGFPE:
    case SIGBUS:
        return false;
    default:
        return signo > 0 && signo < SIGNALS;
    }
}

/* With the lock held. */
static int add_block(listeners *l)
{
    block *b = calloc(1, sizeof *b);

    if (!b)
        return -ENOMEM;
    b->next = l->blocks;
    a_store(&l->blocks, b, release); /* pairs with the acquire in handle */
    return 0;
}

/* With the lock held: a free entry and its number, counted from the oldest block, so that numbers
 * stay when blocks are added. NULL: there is none. */
static int32_t *find_free(listeners *l, uint32_t *ret_slot)
{
    uint32_t blocks = 0;

    for (block *b = l->blocks; b; b = b->next)
        blocks++;
    for (block *b = l->blocks; b; b = b->next) {
        blocks--;
        for (uint32_t i = 0; i < BLOCK_ENTRIES; i++) {
            if (a_load(&b->entry[i], relaxed) == 0) { /* relaxed: only written under the lock */
                *ret_slot = blocks * BLOCK_ENTRIES + i;
                return &b->entry[i];
            }
        }
    }
    return NULL;
}

static int32_t *entry_at(listeners *l, uint32_t slot)
{
    uint32_t blocks = 0;

    for (block *b = l->blocks; b; b = b->next)
        blocks++;
    for (block *b = l->blocks; b; b = b->next)
        if (--blocks == slot / BLOCK_ENTRIES)
            return &b->entry[slot % BLOCK_ENTRIES];
    return NULL;
}

static int install(int signo, listeners *l)
{
    struct sigaction ours = {.sa_handler = handle, .sa_flags = SA_RESTART | SA_ONSTACK};

    /* One at a time: nested, they would overflow the alternate stack. Faults are never blocked. */
    sigfillset(&ours.sa_mask);
    sigdelset(&ours.sa_mask, SIGSEGV);
    sigdelset(&ours.sa_mask, SIGBUS);
    sigdelset(&ours.sa_mask, SIGILL);
    sigdelset(&ours.sa_mask, SIGFPE);
    sigdelset(&ours.sa_mask, SIGTRAP);
    return sys_sigaction(signo, &ours, &l->before);
}

/* Unless somebody has put a handler of their own in ours' place meanwhile. */
static void restore(int signo, const listeners *l)
{
    struct sigaction now;

    if (sys_sigaction(signo, NULL, &now) == 0 && !(now.sa_flags & SA_SIGINFO) &&
        now.sa_handler == handle)
        sys_sigaction(signo, &l->before, NULL);
}

/* With the lock held. */
static int take_entry(int signo, int event_fd, uint32_t *ret_slot)
{
    listeners *l = &registry[signo];
    int32_t *entry = find_free(l, ret_slot);
    int rc;

    if (!entry) {
        if ((rc = add_block(l)) < 0)
            return rc;
        entry = find_free(l, ret_slot);
    }
    /* The entry comes first: a signal that the handler swallows before would reach nobody. */
    a_store(entry, event_fd + 1, seq_cst);
    if (l->count == 0 && (rc = install(signo, l)) < 0) {
        a_store(entry, 0, seq_cst);
        return rc;
    }
    l->count++;
    return 0;
}

/* The child's signals are its own: its parent's listeners hear nothing of them. */
static void forget_parent(void)
{
    for (int signo = 1; signo < SIGNALS; signo++) {
        listeners *l = &registry[signo];
        if (l->count)
            restore(signo, l);
        for (block *b = l->blocks; b; b = b->next)
            for (unsigned i = 0; i < BLOCK_ENTRIES; i++)
                a_store(&b->entry[i], 0, relaxed); /* the child has one thread */
        l->count = 0;
        a_store(&l->running, 0, relaxed);
    }
}

int signal_register(int signo, int event_fd, uint32_t *ret_slot)
{
    fork_guard(&registry_lock);
    fork_in_child(forget_parent);
    lock_take(&registry_lock);
    int rc = take_entry(signo, event_fd, ret_slot);
    lock_drop(&registry_lock);
    return rc;
}

void signal_unregister(int signo, uint32_t slot)
{
    listeners *l = &registry[signo];

    lock_take(&registry_lock);
    a_store(entry_at(l, slot), 0, seq_cst);
    if (l->count > 0 && --l->count == 0) /* 0: opened by the parent of this process */
        restore(signo, l);
    lock_drop(&registry_lock);
    chaos_point();
    while (a_load(&l->running, seq_cst) != 0)
        thread_yield();
}
