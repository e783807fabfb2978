/*
 * memory.c: the memory model: C11's, of stores that are read by views.
 *
 * Order       Each place keeps its stores in modification order. A load may read any that is not
 *             behind what the thread knows: its view has, for each place, the newest store that
 *             happened before. A store may go in before newer ones, likewise. A read-modify-write
 *             reads the store right before its own, and nothing ever comes between.
 * Acquire,    A release store carries the storer's view, an acquire load of it adds that to the
 * release     loader's. A read-modify-write carries on what it read (release sequences, as C++20
 *             has them). Fences: a relaxed store carries the view of the last release fence, and
 *             what relaxed loads carried is added at the next acquire fence.
 * seq_cst     The order of the run is the one order of all seq_cst operations. Each of a place sees
 *             what those before it saw of that place; a fence, of all places.
 * Asymmetric  membarrier is a seq_cst fence of the caller, and one of each other thread that lies
 *             at its last compiler barrier for what it gives, at its next one for what it gets.
 * Newest is   Reading what is not newest, going in before something newer, and a weak exchange that
 * usual       fails for nothing count against the bound of weak choices.
 */
#include <stdio.h>
#include <string.h>

#include "engine/internal.h"

static bool acquires(int order)
{
    return order == __ATOMIC_ACQUIRE || order == __ATOMIC_ACQ_REL || order == __ATOMIC_SEQ_CST;
}

static bool releases(int order)
{
    return order == __ATOMIC_RELEASE || order == __ATOMIC_ACQ_REL || order == __ATOMIC_SEQ_CST;
}

static int pos_of(msg_id id)
{
    return id ? M->messages[id].pos : -1;
}

static msg_id seen_of(const view *v, unsigned loc)
{
    return loc < v->locs ? v->seen[loc] : 0;
}

static void see(view *v, unsigned loc, msg_id id)
{
    while (v->locs <= loc)
        v->seen[v->locs++] = 0;
    if (pos_of(id) > pos_of(v->seen[loc]))
        v->seen[loc] = id;
}

static void join_seen(view *into, const view *from)
{
    for (unsigned i = 0; i < from->locs; i++)
        if (from->seen[i])
            see(into, i, from->seen[i]);
}

void view_join(view *into, const view *from)
{
    for (unsigned i = 0; i < THREADS; i++)
        if (from->clock[i] > into->clock[i])
            into->clock[i] = from->clock[i];
    join_seen(into, from);
}

static void view_copy(view *to, const view *from)
{
    memcpy(to->clock, from->clock, sizeof to->clock);
    to->locs = from->locs;
    memcpy(to->seen, from->seen, from->locs * sizeof *to->seen);
}

bool view_has(const view *v, unsigned by, uint16_t clock)
{
    return by == 0 || v->clock[by] >= clock;
}

void tick(void)
{
    me()->now.clock[M->self]++;
}

/* --- places ------------------------------------------------------------------------------- */

static uint64_t value_at(const void *addr, size_t size)
{
    uint64_t value = 0;

    memcpy(&value, addr, size);
    return value;
}

static void rehash(location *l)
{
    M->memory_hash -= l->hash;
    l->hash = stable(l->addr);
    for (unsigned i = 0; i < l->count; i++)
        l->hash = mix(l->hash, M->messages[l->order[i]].hash);
    M->memory_hash += l->hash;
}

static msg_id put_message(location *l, unsigned pos, const message *m)
{
    if (++M->message_count == MESSAGES_MAX || l->count == ORDER_MAX)
        model_fail("the run makes more than %d stores", MESSAGES_MAX);
    msg_id id = (msg_id)M->message_count;
    message *to = &M->messages[id];
    *to = (message){
        .value = m->value, .hash = m->hash, .by = m->by, .place = m->place, .is_lazy = m->is_lazy};
    view_copy(&to->view, &m->view);
    for (unsigned i = l->count; i > pos; i--) {
        l->order[i] = l->order[i - 1];
        M->messages[l->order[i]].pos = (uint16_t)i;
    }
    l->order[pos] = id;
    to->pos = (uint16_t)pos;
    l->count++;
    if (pos + 1u == l->count) {
        M->memory_hash -= l->hash;
        l->hash = mix(l->hash, m->hash);
        M->memory_hash += l->hash;
    } else {
        rehash(l);
    }
    return id;
}

static location *location_new(const void *addr, size_t size)
{
    static const model_place before = {"setup", 0, "initial value"};

    if (M->loc_count == LOCS_MAX)
        model_fail("the scenario has more than %d atomic places", LOCS_MAX);
    location *l = &M->locs[M->loc_count];
    l->addr = addr;
    l->size = (uint8_t)size;
    l->shared = false;
    l->touched_by = 0;
    l->count = 0;
    l->hash = stable(addr);
    l->sc = 0;
    M->memory_hash += l->hash;
    static message first; /* zeros but for what is set here; static as it is large */
    first = (message){.value = value_at(addr, size), .hash = 1, .place = &before};
    put_message(l, 0, &first);
    race_note_location(addr, M->loc_count);
    M->loc_count++;
    return l;
}

unsigned location_find(const void *addr)
{
    size_t i = ((uintptr_t)addr * UINT64_C(0x9e3779b97f4a7c15)) >> 52;

    while (M->loc_table[i].run == M->run) {
        if (M->loc_table[i].addr == addr)
            return M->loc_table[i].index;
        i = (i + 1) % 4096;
    }
    return LOCS_MAX;
}

static void location_remember(const void *addr, unsigned index)
{
    size_t i = ((uintptr_t)addr * UINT64_C(0x9e3779b97f4a7c15)) >> 52;

    while (M->loc_table[i].run == M->run)
        i = (i + 1) % 4096;
    M->loc_table[i].run = M->run;
    M->loc_table[i].addr = addr;
    M->loc_table[i].index = (uint16_t)index;
}

bool is_ignored(const void *addr)
{
    for (unsigned i = 0; i < M->ignored_count; i++)
        if ((const char *)addr - M->ignored[i].start < (ptrdiff_t)M->ignored[i].size &&
            (const char *)addr >= M->ignored[i].start)
            return true;
    return false;
}

static bool known_as_shared(const void *addr)
{
    for (unsigned i = 0; i < M->shared_count; i++)
        if (M->shared[i].addr == addr)
            return true;
    return false;
}

bool is_shared(const void *addr, uint8_t *touched_by, bool *shared)
{
    if (*touched_by == 0)
        *shared = known_as_shared(addr);
    *touched_by |= (uint8_t)(1u << M->self);
    if (!*shared && (*touched_by & (*touched_by - 1)) && !is_ignored(addr)) {
        *shared = true;
        if (M->shared_count < sizeof M->shared / sizeof *M->shared)
            M->shared[M->shared_count++].addr = addr;
        M->restart = true; /* the runs so far made no choices here */
    }
    return *shared;
}

location *touch(const void *addr, size_t size, const model_place *place)
{
    unsigned index = location_find(addr);
    location *l = index == LOCS_MAX ? NULL : &M->locs[index];

    if (!l) {
        l = location_new(addr, size);
        location_remember(addr, M->loc_count - 1);
    }
    if (l->size != size)
        model_fail("%s:%d: %s has %zu bytes here and %u elsewhere", place->file, place->line,
                   place->what, size, l->size);
    l->last = place;
    message *newest = &M->messages[l->order[l->count - 1]];
    if (newest->is_lazy) {
        newest->value = value_at(addr, size);
        newest->is_lazy = false;
    }
    return l;
}

static unsigned index_of(const location *l)
{
    return (unsigned)(l - M->locs);
}

/* The first position in the place's order that the thread may read; a store goes in behind it. */
static unsigned floor_of(const location *l, int order)
{
    int floor = pos_of(seen_of(&me()->now, index_of(l)));

    if (order == __ATOMIC_SEQ_CST && pos_of(l->sc) > floor)
        floor = pos_of(l->sc);
    return floor < 0 ? 0 : (unsigned)floor;
}

/* A seq_cst operation has seen or made `id`. */
static void note_sc(location *l, msg_id id)
{
    if (pos_of(id) <= pos_of(l->sc))
        return;
    M->sc_hash -= mix(stable(l->addr), M->messages[l->sc].hash);
    l->sc = id;
    M->sc_hash += mix(stable(l->addr), M->messages[id].hash);
}

static unsigned weak_left(const location *l)
{
    return l->shared && !M->scenario->no_weak ? M->weak_max - M->weak : 0;
}

/* --- reading and writing ------------------------------------------------------------------ */

static void take_in(location *l, msg_id id, int order)
{
    thread_state *t = me();
    const message *m = &M->messages[id];

    if (order == __ATOMIC_SEQ_CST)
        note_sc(l, id);
    see(&t->now, index_of(l), id);
    if (acquires(order))
        view_join(&t->now, &m->view);
    else
        view_join(&t->acquire, &m->view);
    t->hash = mix(t->hash, mix(stable(l->addr), m->hash));
    if (m->pos + 1u < l->count)
        t->was_weak = true;
}

/* Stores at a position of the order; `read`: by a read-modify-write of that store. */
static void put_out(location *l, unsigned pos, uint64_t value, int order, msg_id read,
                    const model_place *place)
{
    thread_state *t = me();
    static message m; /* as in location_new */

    t->hash = mix(t->hash, mix(stable(l->addr) + 1, pos < l->count ? pos : 0));
    m.value = value;
    m.hash = t->hash;
    m.by = (uint8_t)M->self;
    m.place = place;
    m.is_lazy = false;
    view_copy(&m.view, releases(order) ? &t->now : &t->release);
    if (read) {
        view_join(&m.view, &M->messages[read].view);
        M->messages[read].has_successor = true;
    }
    msg_id id = put_message(l, pos, &m);
    see(&t->now, index_of(l), id);
    see(&M->messages[id].view, index_of(l), id);
    if (order == __ATOMIC_SEQ_CST)
        note_sc(l, id);
    if (pos + 1u == l->count)
        memcpy((void *)(uintptr_t)l->addr, &value, l->size);
    M->writes++;
    tick(); /* what comes now is not released by it */
}

static bool is_plain(void)
{
    return !M->active || M->self == 0;
}

/* Before each operation: others may go first; returns the place's record. */
static location *begin(const void *p, size_t size, bool write, const model_place *place)
{
    location *l = touch(p, size, place);

    if (is_shared(p, &l->touched_by, &l->shared))
        point(place);
    race_atomic(p, size, write, place);
    return touch(p, size, place); /* a plain store may have come meanwhile */
}

uint64_t model_load(const void *p, size_t size, int order, const model_place *place)
{
    if (is_plain())
        return value_at(p, size);
    location *l = begin(p, size, false, place);
    unsigned floor = floor_of(l, order), newest = l->count - 1u;
    unsigned back = weak_left(l) ? choose(newest - floor + 1) : 0;

    M->weak += back > 0;
    msg_id id = l->order[newest - back];
    take_in(l, id, order);
    trace(place, p, M->messages[id].value, 0, &M->messages[id], back > 0);
    return M->messages[id].value;
}

/* Positions behind `floor` at which a store may go in; the end comes first. */
static unsigned store_positions(const location *l, unsigned floor, unsigned *at)
{
    unsigned n = 0;

    at[n++] = l->count;
    for (unsigned pos = l->count - 1u; pos > floor && n < 16; pos--)
        if (!M->messages[l->order[pos - 1]].has_successor)
            at[n++] = pos;
    return n;
}

void model_store(void *p, size_t size, uint64_t value, int order, const model_place *place)
{
    unsigned at[16];

    if (is_plain()) {
        memcpy(p, &value, size);
        return;
    }
    location *l = begin(p, size, true, place);
    unsigned n = store_positions(l, floor_of(l, order), at);
    unsigned i = weak_left(l) ? choose(n) : 0;
    M->weak += i > 0;
    put_out(l, at[i], value, order, 0, place);
    trace(place, p, value, 0, NULL, i > 0);
}

static uint64_t apply(enum model_rmw op, uint64_t old, uint64_t arg, size_t size)
{
    uint64_t mask = size == 8 ? UINT64_MAX : (UINT64_C(1) << 8 * size) - 1;

    switch (op) {
    case MODEL_XCHG:
        return arg & mask;
    case MODEL_ADD:
        return (old + arg) & mask;
    case MODEL_SUB:
        return (old - arg) & mask;
    case MODEL_OR:
        return (old | arg) & mask;
    case MODEL_AND:
        return old & arg & mask;
    }
    return 0;
}

/* A read-modify-write of the store at `pos`. */
static uint64_t modify(location *l, unsigned pos, enum model_rmw op, uint64_t arg, int order,
                       const model_place *place)
{
    msg_id read = l->order[pos];
    bool old_one = pos + 1u < l->count;

    take_in(l, read, order);
    uint64_t old = M->messages[read].value, value = apply(op, old, arg, l->size);
    put_out(l, pos + 1, value, order, read, place);
    trace(place, l->addr, old, value, &M->messages[read], old_one);
    return old;
}

uint64_t model_rmw(void *p, size_t size, enum model_rmw op, uint64_t arg, int order,
                   const model_place *place)
{
    if (is_plain()) {
        uint64_t old = value_at(p, size), value = apply(op, old, arg, size);
        memcpy(p, &value, size);
        return old;
    }
    location *l = begin(p, size, true, place);
    unsigned at[16], n = store_positions(l, floor_of(l, order), at);
    unsigned i = weak_left(l) ? choose(n) : 0;
    M->weak += i > 0;
    return modify(l, at[i] - 1, op, arg, order, place);
}

/* What a compare-and-swap may find: positions to read, newest first. */
static unsigned cas_options(const location *l, unsigned floor, uint64_t wanted, bool may_be_weak,
                            bool spurious, unsigned *at)
{
    unsigned n = 0;

    for (unsigned pos = l->count; pos-- > floor && n < 15;) {
        const message *m = &M->messages[l->order[pos]];
        if (m->value == wanted && m->has_successor)
            continue; /* it would succeed, and can't */
        at[n++] = pos;
        if (!may_be_weak)
            break;
    }
    if (spurious && may_be_weak && M->messages[l->order[l->count - 1]].value == wanted)
        at[n++] = UINT32_MAX;
    return n;
}

bool model_cas(void *p, size_t size, void *expected, uint64_t value, bool weak, int yes, int no,
               const model_place *place)
{
    uint64_t mask = size == 8 ? UINT64_MAX : (UINT64_C(1) << 8 * size) - 1;
    uint64_t wanted = value_at(expected, size);

    if (is_plain()) {
        uint64_t old = value_at(p, size);
        memcpy(old == wanted ? p : expected, old == wanted ? &value : &old, size);
        return old == wanted;
    }
    location *l = begin(p, size, true, place);
    unsigned at[16];
    unsigned n = cas_options(l, floor_of(l, yes), wanted, weak_left(l) > 0, weak, at);
    unsigned i = choose(n);
    bool spurious = at[i] == UINT32_MAX;
    unsigned pos = spurious ? l->count - 1u : at[i];
    msg_id id = l->order[pos];
    M->weak += i > 0;
    if (!spurious && M->messages[id].value == wanted) {
        modify(l, pos, MODEL_XCHG, value & mask, yes, place);
        return true;
    }
    take_in(l, id, no);
    me()->hash = mix(me()->hash, spurious);
    me()->was_weak |= spurious;
    memcpy(expected, &M->messages[id].value, size);
    trace(place, p, M->messages[id].value, M->messages[id].value, &M->messages[id], i > 0);
    return false;
}

/* --- fences ------------------------------------------------------------------------------- */

static void sc_fence(thread_state *t)
{
    join_seen(&t->now, &M->sc);
    for (unsigned i = 0; i < M->loc_count; i++)
        if (M->locs[i].sc)
            see(&t->now, i, M->locs[i].sc);
    join_seen(&M->sc, &t->now);
    for (unsigned i = 0; i < t->now.locs; i++)
        if (t->now.seen[i])
            note_sc(&M->locs[i], t->now.seen[i]);
}

static uint64_t everything(void)
{
    return mix(M->memory_hash, M->sc_hash);
}

void model_fence(int order, const model_place *place)
{
    thread_state *t = me();

    if (is_plain())
        return;
    if (order == __ATOMIC_SEQ_CST)
        point(place);
    if (acquires(order))
        view_join(&t->now, &t->acquire);
    if (order == __ATOMIC_SEQ_CST) {
        t->hash = mix(t->hash, everything());
        sc_fence(t);
    }
    if (releases(order))
        view_copy(&t->release, &t->now);
    tick();
    trace(place, NULL, 0, 0, NULL, false);
}

void model_compiler_barrier(const model_place *place)
{
    thread_state *t = me();

    if (is_plain())
        return;
    if (t->has_pending)
        join_seen(&t->now, &t->pending);
    t->has_pending = false;
    view_copy(&t->barrier, &t->now);
    t->hash = t->barrier_hash = mix(t->hash, 0xba4);
    trace(place, NULL, 0, 0, NULL, false);
}

void model_membarrier(const model_place *place)
{
    thread_state *t = me();

    if (is_plain())
        return;
    point(place);
    t->hash = mix(t->hash, everything());
    sc_fence(t);
    for (unsigned i = 1; i < THREADS; i++) {
        thread_state *other = &M->threads[i];
        if (other == t || other->status == ABSENT)
            continue;
        if (!other->has_pending)
            other->pending.locs = 0;
        other->has_pending = true;
        join_seen(&other->pending, &t->now);
        other->hash = mix(other->hash, t->hash);
    }
    for (unsigned i = 1; i < THREADS; i++)
        if (&M->threads[i] != t && M->threads[i].status != ABSENT) {
            join_seen(&t->now, &M->threads[i].barrier);
            t->hash = mix(t->hash, M->threads[i].barrier_hash);
        }
    sc_fence(t);
    trace(place, NULL, 0, 0, NULL, false);
}

void plain_store(unsigned loc)
{
    location *l = &M->locs[loc];
    const message *newest = &M->messages[l->order[l->count - 1]];
    static const model_place plain = {"", 0, "a plain store"};
    static message m; /* as in location_new */

    if (newest->is_lazy && newest->by == M->self)
        return; /* what is stored piece by piece is one store */
    m.value = 0;
    m.hash = me()->hash = mix(me()->hash, stable(l->addr));
    m.by = (uint8_t)M->self;
    m.place = &plain;
    m.is_lazy = true;
    view_copy(&m.view, &me()->release);
    msg_id id = put_message(l, l->count, &m);
    see(&me()->now, loc, id);
    M->writes++;
}

void memory_begin(void)
{
    M->loc_count = M->message_count = M->object_count = 0;
    M->memory_hash = M->sc_hash = M->object_hash = 0;
    M->sc.locs = 0;
    memset(M->sc.clock, 0, sizeof M->sc.clock);
    M->messages[0] = (message){0};
    M->writes = 0;
}
