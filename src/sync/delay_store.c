/*
 * delay_store.c: a heap of deadlines, the entries they belong to, and a table of serial numbers.
 *
 * Links       heap[entry.place].entry is the entry, and table[…] of its serial number is it + 1.
 * No gaps     A removed entry's place is taken by the last one, so memory is shrunk to what is used,
 *             and keys stay what they are: they are serial numbers, not places.
 * Table       Open addressing with steps of one, at most half full; a removal moves back what could
 *             otherwise not be found any more (Knuth, 6.4, algorithm R).
 * Heap        Four children each: half as deep as with two, and they lie in one cache line.
 */
#include "sync/delay_store.h"

#include <edo/delay_queue.h>

#include "base/macros.h"

#define CHILDREN 4
#define LEAST 4 /* entries to begin with */

typedef struct delay_entry {
    uint64_t serial;
    uint32_t place;
} delay_entry;

static size_t round_up(size_t size, size_t align)
{
    return (size + align - 1) & ~(align - 1);
}

static delay_entry *entry_at(const delay_store *s, uint32_t entry)
{
    return (delay_entry *)(void *)(s->entries + entry * s->stride);
}

delay_store delay_store_of(const edo_item *item)
{
    size_t align = item_align(item), offset = round_up(sizeof(delay_entry), align);

    return (delay_store){
        .item = *item, .stride = round_up(offset + item->size, align), .offset = offset};
}

/* The item's shape is not written: others read it without the lock. */
delay_store delay_store_move(delay_store *s)
{
    delay_store all = *s;

    s->heap = NULL;
    s->entries = NULL;
    s->table = NULL;
    s->count = s->capacity = s->mask = 0;
    return all;
}

void delay_store_free(delay_store *s)
{
    free(delay_store_move(s).heap);
}

void *delay_store_item(const delay_store *s, uint32_t entry)
{
    return (char *)entry_at(s, entry) + s->offset;
}

uint64_t delay_store_serial(const delay_store *s, uint32_t entry)
{
    return entry_at(s, entry)->serial;
}

uint64_t delay_store_deadline(const delay_store *s, uint32_t entry)
{
    return s->heap[entry_at(s, entry)->place].deadline;
}

/* The table. */

static uint32_t home_of(const delay_store *s, uint64_t serial)
{
    return (uint32_t)(serial * UINT64_C(0x9e3779b97f4a7c15) >> 32) & s->mask;
}

/* Where the serial number stands, or would. */
static uint32_t slot_of(const delay_store *s, uint64_t serial)
{
    uint32_t slot = home_of(s, serial);

    while (s->table[slot] && entry_at(s, s->table[slot] - 1)->serial != serial)
        slot = (slot + 1) & s->mask;
    return slot;
}

uint32_t delay_store_find(const delay_store *s, uint64_t serial)
{
    if (s->count == 0)
        return DELAY_NONE;
    return s->table[slot_of(s, serial)] - 1; /* 0 - 1 is DELAY_NONE */
}

/* Whether what is at `from` and at home at `home` is found, too, if it stands at `hole`. */
static bool may_move(const delay_store *s, uint32_t home, uint32_t hole, uint32_t from)
{
    return ((from - home) & s->mask) >= ((from - hole) & s->mask);
}

static void table_remove(delay_store *s, uint64_t serial)
{
    uint32_t hole = slot_of(s, serial);

    for (uint32_t from = (hole + 1) & s->mask; s->table[from]; from = (from + 1) & s->mask) {
        uint32_t home = home_of(s, entry_at(s, s->table[from] - 1)->serial);
        if (!may_move(s, home, hole, from))
            continue;
        s->table[hole] = s->table[from];
        hole = from;
    }
    s->table[hole] = 0;
}

/* The heap. */

static void put(delay_store *s, uint32_t place, delay_place what)
{
    s->heap[place] = what;
    entry_at(s, what.entry)->place = place;
}

static void sift_up(delay_store *s, uint32_t place)
{
    delay_place moving = s->heap[place];

    while (place > 0) {
        uint32_t parent = (place - 1) / CHILDREN;
        if (s->heap[parent].deadline <= moving.deadline)
            break;
        put(s, place, s->heap[parent]);
        place = parent;
    }
    put(s, place, moving);
}

/* The earliest of its children; `place` itself if it has none. */
static uint32_t first_child(const delay_store *s, uint32_t place)
{
    uint32_t first = place * CHILDREN + 1, end = first + CHILDREN, best = first;

    if (first >= s->count)
        return place;
    if (end > s->count)
        end = s->count;
    for (uint32_t child = first + 1; child < end; child++)
        if (s->heap[child].deadline < s->heap[best].deadline)
            best = child;
    return best;
}

static void sift_down(delay_store *s, uint32_t place)
{
    delay_place moving = s->heap[place];
    uint32_t child;

    while ((child = first_child(s, place)) != place && s->heap[child].deadline < moving.deadline) {
        put(s, place, s->heap[child]);
        place = child;
    }
    put(s, place, moving);
}

static void settle(delay_store *s, uint32_t place)
{
    uint32_t entry = s->heap[place].entry;

    sift_up(s, place);
    sift_down(s, entry_at(s, entry)->place);
}

/* Memory: one block, the heap, then the entries, then the table. */

typedef struct layout {
    size_t entries, table, whole; /* offsets */
    size_t slots;
} layout;

static bool lay_out(const delay_store *s, size_t capacity, layout *ret)
{
    size_t align = item_align(&s->item), rows;

    if (capacity > EDO_DELAY_QUEUE_MAX)
        return false;
    ret->slots = LEAST;
    while (ret->slots < capacity * 2)
        ret->slots *= 2;
    ret->entries = round_up(capacity * sizeof(delay_place), align);
    if (__builtin_mul_overflow(capacity, s->stride, &rows) ||
        __builtin_add_overflow(ret->entries, rows, &ret->table) ||
        __builtin_add_overflow(ret->table, ret->slots * sizeof(uint32_t), &ret->whole))
        return false;
    return ret->whole <= PTRDIFF_MAX - align;
}

/* Every entry into the empty table. */
static void fill_table(delay_store *s)
{
    memset(s->table, 0, ((size_t)s->mask + 1) * sizeof *s->table);
    for (uint32_t entry = 0; entry < s->count; entry++)
        s->table[slot_of(s, entry_at(s, entry)->serial)] = entry + 1;
}

static void move_into(delay_store *s, const layout *l, char *block)
{
    char *old = (char *)s->heap, *old_entries = s->entries;

    if (s->count) {
        memcpy(block, s->heap, s->count * sizeof(delay_place));
        memcpy(block + l->entries, old_entries, s->count * s->stride);
    }
    s->heap = (delay_place *)(void *)block;
    s->entries = block + l->entries;
    s->table = (uint32_t *)(void *)(block + l->table);
    s->mask = (uint32_t)(l->slots - 1);
    fill_table(s);
    free(old);
}

bool delay_store_resize(delay_store *s, size_t capacity)
{
    size_t align = item_align(&s->item);
    layout l;

    if (capacity == 0) {
        delay_store_free(s);
        return true;
    }
    if (capacity == s->capacity)
        return true;
    if (!lay_out(s, capacity, &l))
        return false;
    char *block = aligned_alloc(align, round_up(l.whole, align));
    if (!block)
        return false;
    move_into(s, &l, block);
    s->capacity = (uint32_t)capacity;
    return true;
}

bool delay_store_make_room(delay_store *s)
{
    size_t wanted = s->capacity ? (size_t)s->capacity * 2 : LEAST;

    if (s->count < s->capacity)
        return true;
    if (wanted > EDO_DELAY_QUEUE_MAX)
        wanted = EDO_DELAY_QUEUE_MAX;
    return s->count < wanted && delay_store_resize(s, wanted);
}

/* Entries. */

void delay_store_add(delay_store *s, uint64_t serial, uint64_t deadline, const void *item)
{
    uint32_t entry = s->count++;

    *entry_at(s, entry) = (delay_entry){.serial = serial};
    item_copy(&s->item, delay_store_item(s, entry), item);
    s->table[slot_of(s, serial)] = entry + 1;
    put(s, entry, (delay_place){deadline, entry});
    sift_up(s, entry);
}

void delay_store_set_deadline(delay_store *s, uint32_t entry, uint64_t deadline)
{
    uint32_t place = entry_at(s, entry)->place;

    s->heap[place].deadline = deadline;
    settle(s, place);
}

void delay_store_remove(delay_store *s, uint32_t entry)
{
    uint32_t last = s->count - 1, place = entry_at(s, entry)->place;

    table_remove(s, entry_at(s, entry)->serial);
    s->count = last;
    if (place != last) { /* the heap's last goes where the entry was */
        put(s, place, s->heap[last]);
        settle(s, place);
    }
    if (entry == last)
        return;
    s->table[slot_of(s, entry_at(s, last)->serial)] = entry + 1;
    memcpy(entry_at(s, entry), entry_at(s, last), s->stride);
    s->heap[entry_at(s, entry)->place].entry = entry;
}
