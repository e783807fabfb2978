/*
 * source.c: the descriptors that drivers watch, in memory that is never unmapped.
 *
 * Invariant   A source's generation changes exactly when its descriptor is closed, under its lock.
 *             So an event or operation that carries slot and generation reaches the descriptor that
 *             it was meant for, or none.
 * Close       Nobody closes a descriptor that a user of the source may hand to the kernel: close
 *             marks the source closing, and the last user (or the close, if there is none) takes it
 *             out of the driver, raises the generation, closes the descriptor. Users are counted
 *             under the lock, so exactly one of them sees "closing, and none left".
 * Calls       Those that are made without the lock are counted in `calls`, by exchanges, and count as one
 *             user together: shut_calls, under the lock, sees whether any are under way when it closes the
 *             door; then the last of them has that user leave. None begins behind a shut door.
 * Shutdown    driver_shutdown returns when the driver's list is empty. Whoever uses a source's home
 *             holds the source's lock and sees home set; shutdown clears home under that lock. So
 *             nobody touches a driver after its shutdown has returned.
 * Locks       A source's lock, then its driver's. The slab's is taken alone.
 */
#include "driver/source.h"

#include <errno.h>
#include <stdlib.h>

#include <edo/error.h>

#include "base/chaos.h"
#include "base/fork.h"
#include "base/model.h"
#include "base/sys.h"

#define CHUNK_SOURCES 256
#define CHUNKS_MAX 16384

static struct {
    lock lock;      /* guards the rest but for reads of chunk[] */
    source *unused; /* a list by next */
    uint32_t chunks;
    source *chunk[CHUNKS_MAX]; /* atomic; each is written once */
} slab;

source *source_at(uint32_t slot)
{
    /* acquire: pairs with the release in slab_grow; the chunk is zeroed and numbered. */
    return a_load(&slab.chunk[slot / CHUNK_SOURCES], acquire) + slot % CHUNK_SOURCES;
}

void source_slab_guard(void)
{
    fork_guard(&slab.lock);
}

/* With the slab's lock held. */
static int slab_grow(void)
{
    if (slab.chunks == CHUNKS_MAX)
        return -ENOMEM;
    source *chunk = calloc(CHUNK_SOURCES, sizeof *chunk);
    if (!chunk)
        return -ENOMEM;
    for (uint32_t i = CHUNK_SOURCES; i-- > 0;) {
        chunk[i].fd = -1;
        chunk[i].closing = true;
        chunk[i].calls = CALLS_SHUT;
        chunk[i].slot = slab.chunks * CHUNK_SOURCES + i;
        chunk[i].next = slab.unused;
        slab.unused = &chunk[i];
    }
    /* release: pairs with the acquire in source_at. */
    a_store(&slab.chunk[slab.chunks++], chunk, release);
    return 0;
}

static int slab_take(source **ret)
{
    int rc = 0;

    lock_take(&slab.lock);
    if (!slab.unused)
        rc = slab_grow();
    if (rc == 0) {
        *ret = slab.unused;
        slab.unused = (*ret)->next;
    }
    lock_drop(&slab.lock);
    return rc;
}

static void slab_give(source *src)
{
    lock_take(&slab.lock);
    src->next = slab.unused;
    slab.unused = src;
    lock_drop(&slab.lock);
}

/* The driver's list, with the source's lock held. */

static int list_add(driver *d, source *src)
{
    lock_take(&d->lock);
    if (d->down) {
        lock_drop(&d->lock);
        return -EDO_ESHUTDOWN;
    }
    src->prev = NULL;
    src->next = d->sources;
    if (src->next)
        src->next->prev = src;
    d->sources = src;
    a_bump(&d->registered, 1);
    lock_drop(&d->lock);
    return 0;
}

static void list_remove(driver *d, source *src)
{
    lock_take(&d->lock);
    if (src->next)
        src->next->prev = src->prev;
    if (src->prev)
        src->prev->next = src->next;
    else
        d->sources = src->next;
    a_bump(&d->deregistered, 1);
    lock_drop(&d->lock);
}

/* Unlisted calls, with the lock held. */

static void open_calls(source *src)
{
    /* release: pairs with the acquire in source_begin_call. Shut, and without a call, since its last life. */
    a_store(&src->calls, 0, MODEL_BUG(822, release, relaxed));
}

static void shut_calls(source *src)
{
    /* acquire: what has ended comes before a close; pairs with the release in source_count_call_out. */
    uint32_t before = a_fetch_or(&src->calls, CALLS_SHUT, MODEL_BUG(823, acquire, relaxed));

    if (MODEL_BUG(824, before > 0, false) && before < CALLS_SHUT)
        src->users++;
}

/* False: some are under way. */
static bool shut_calls_if_none(source *src)
{
    uint32_t calls = 0;

    return a_cas(&src->calls, &calls, CALLS_SHUT, acquire, relaxed) || calls == CALLS_SHUT;
}

noinline bool source_refuse_call(source *src)
{
    source_end_call(src);
    return false;
}

noinline void source_end_last_call(source *src)
{
    lock_take(&src->lock);
    source_leave(src);
}

static int attach(source *src, driver *d, int fd, bool stream)
{
    src->fd = fd;
    src->stream = stream;
    src->watched = src->wants_out = false;
    a_store(&src->dir[OP_IN].ready, DIR_READY, relaxed); /* so: try first */
    a_store(&src->dir[OP_OUT].ready, DIR_READY, relaxed);
    src->cookie = NULL;
    a_store(&src->known, 0, relaxed); /* nobody has this life of it yet */
    /* relaxed: operations of before find a stranger by its generation. */
    a_store(&src->ops, d->ops, relaxed);
    int rc = list_add(d, src);
    if (rc < 0)
        return rc;
    if ((rc = d->ops->add(d, src)) < 0)
        list_remove(d, src);
    return rc;
}

int source_open(driver *d, int fd, bool stream, source **ret)
{
    source *src;
    int rc = slab_take(&src);

    if (rc < 0)
        return rc;
    lock_take(&src->lock);
    rc = attach(src, d, fd, stream);
    if (rc == 0) {
        a_store(&src->home, d, relaxed);
        src->closing = false;
        if (d->ops->tells_readiness)
            open_calls(src);
    } else {
        src->fd = -1;
    }
    lock_drop(&src->lock);
    if (rc < 0) {
        slab_give(src);
        return rc;
    }
    *ret = src;
    return 0;
}

/* With the lock held, which it drops: ends this life of the source. Its descriptor is the caller's. */
static int retire(source *src, source_kept **ret_kept)
{
    driver *home = a_load(&src->home, relaxed); /* the lock orders it */
    int fd = src->fd;

    *ret_kept = src->kept;
    if (home) {
        home->ops->remove(home, src);
        list_remove(home, src);
    }
    a_store(&src->home, NULL, relaxed);
    a_store(&src->kept, NULL, relaxed);
    a_store(&src->gen, src->gen + 1, relaxed); /* readers without the lock look again under it */
    src->fd = -1;
    lock_drop(&src->lock);
    return fd;
}

noinline void source_finish_close(source *src)
{
    source_kept *kept;
    int fd = retire(src, &kept);

    chaos_point();
    sys_close(fd);
    while (kept) {
        source_kept *next = kept->next;
        kept->release(kept);
        kept = next;
    }
    slab_give(src);
}

int source_release(source *src, int *ret_fd)
{
    source_kept *none;

    lock_take(&src->lock);
    if (src->users || src->kept || !shut_calls_if_none(src)) {
        lock_drop(&src->lock);
        return -EBUSY;
    }
    src->closing = true;
    *ret_fd = retire(src, &none);
    slab_give(src);
    return 0;
}

/* Marks who waits in a direction and was not told yet. False: there are more than `owed` holds. */
static bool tell(op_queue *queue, wakes *owed)
{
    for (edo_op *op = queue->first; op; op = op->next) {
        if (op->linked == LINK_TOLD)
            continue;
        if (wakes_full(owed))
            return false;
        op->linked = LINK_TOLD;
        if (MODEL_BUG(808, true, false))
            wakes_add(owed, &op->waker);
    }
    return true;
}

/* With the lock held, which it drops for a moment when there are many; it is held on return. Ends
 * early when the source has become another one meanwhile. */
static void tell_all(source *src)
{
    uint32_t gen = src->gen;
    wakes owed;

    wakes_init(&owed);
    while (src->gen == gen && !(tell(&src->dir[OP_IN], &owed) && tell(&src->dir[OP_OUT], &owed) &&
                                tell(&src->dir[OP_ANY], &owed))) {
        lock_drop(&src->lock);
        wakes_push(&owed);
        lock_take(&src->lock);
    }
    lock_drop(&src->lock);
    chaos_point();
    wakes_push(&owed);
    lock_take(&src->lock);
}

void source_close(source *src)
{
    lock_take(&src->lock);
    src->closing = true;
    shut_calls(src);
    src->users++; /* the close itself, as telling lets go of the lock */
    tell_all(src);
    source_leave(src);
}

/* Takes one source from a driver that is down. */
static void evict(driver *d, source *src)
{
    lock_take(&src->lock);
    if (a_load(&src->home, relaxed) == d) { /* else: closed since it was seen in the list */
        list_remove(d, src);
        a_store(&src->home, NULL, relaxed);
        shut_calls(src);
        tell_all(src);
    }
    lock_drop(&src->lock);
}

void driver_shutdown(driver *d)
{
    for (;;) {
        lock_take(&d->lock);
        d->down = true;
        source *src = d->sources;
        lock_drop(&d->lock);
        if (!src)
            return;
        chaos_point();
        evict(d, src);
    }
}

edo_waker source_mark_next(source *src, enum op_dir dir)
{
    const edo_op *next = src->dir[dir].first;
    bool left = (src->dir[dir].ready & DIR_READY) ||
                (MODEL_BUG(815, dir != OP_OUT, dir == OP_IN) && src->kept);

    return op_mark(MODEL_BUG(805, left, false) ? next : NULL);
}

void source_wake_first(source *src, enum op_dir dir)
{
    edo_waker owed = op_mark(src->dir[dir].first);

    lock_drop(&src->lock);
    chaos_point();
    op_wake(&owed);
}

/* With the lock held: marks those that wait for readiness in some of these bits; makes `owed`. */
static void mark_wanting(source *src, int bits, wakes *owed)
{
    unsigned left = MARKED_AT_ONCE;

    wakes_init(owed);
    for (edo_op *op = src->dir[OP_ANY].first; op && left > 0; op = op->next) {
        if (!(op->flags & bits))
            continue;
        wakes_add(owed, &op->waker);
        left--;
    }
}

void source_wake_for_kept(source *src)
{
    wakes owed;

    mark_wanting(src, MODEL_BUG(816, ~0, 0), &owed);
    source_wake_first(src, MODEL_BUG(832, OP_IN, OP_OUT));
    wakes_push(&owed);
}

void source_wake_wanting(source *src, uint32_t gen, int bits)
{
    wakes owed;

    lock_take(&src->lock);
    mark_wanting(src, src->gen == gen ? bits : 0, &owed);
    lock_drop(&src->lock);
    wakes_push(&owed);
}

void source_wake_behind(const edo_op *op)
{
    source *src = op->src;

    lock_take(&src->lock);
    edo_waker owed = op_mark(MODEL_BUG(817, op->linked, false) ? op->next : NULL);
    lock_drop(&src->lock);
    op_wake(&owed);
}
