/*
 * watch_value.c: values that stay as they are while somebody looks at them.
 *
 * The word       Says where the present value lies and how many borrow it, so that a borrow is one
 *                addition: it finds the value and keeps it at once. As long as the value is the present
 *                one, the end of a borrow subtracts there.
 * Replaced       Whoever replaces it takes the word's count away with it, and adds it to the cell's
 *                `owed`, from which borrows that end later subtract: before that addition it is
 *                negative at most, so it becomes 0 once, for the last borrow or for the replacer.
 *                That one destroys the value, and the cell is free again. A cell is not used anew
 *                while it is borrowed, so a borrower that finds its index in the word finds its value.
 * Lifetime       A replaced value that is borrowed keeps the channel. The end of a borrow of the
 *                present value touches nothing after its exchange.
 * Free cells     A list to which anybody adds and from which only the holder of the lock takes: the
 *                head can't come back while it is being taken.
 * Source         Counts that are split between a pointer and what it points to ("external counting",
 *                as in Williams, C++ Concurrency in Action, ch. 7), with the count of the present value
 *                taken back, so that it doesn't grow.
 */
#include "sync/watch.h"

#include <stdlib.h>

#include "base/chaos.h"
#include "base/model.h"

static size_t cell_size(const edo_item *item)
{
    return item_round_up(watch_value_offset(item) + item->size, item_align(item));
}

size_t watch_size(const edo_item *item, size_t *ret_first, size_t *ret_stride)
{
    *ret_first = item_round_up(sizeof(watch), item_align(item));
    *ret_stride = cell_size(item);
    return *ret_first + 2 * *ret_stride;
}

static unsigned chunk_of(uint32_t index)
{
    return 30 - (unsigned)__builtin_clz(index + 2);
}

static watch_cell *cell_at(const watch *c, uint32_t index)
{
    unsigned chunk = chunk_of(index);
    size_t place = index + 2 - (2U << chunk);

    return (watch_cell *)(void *)(c->chunks[chunk] + place * c->stride);
}

static uint32_t index_of(uint64_t word)
{
    return (uint32_t)(word >> WATCH_INDEX_SHIFT);
}

static uint64_t word_of(uint32_t index)
{
    return (uint64_t)index << WATCH_INDEX_SHIFT;
}

/* Borrows. */

watch_cell *watch_borrow(watch *c)
{
    /* acquire: pairs with the release in watch_swap: the value is seen. */
    uint64_t word = a_fetch_add(&c->word, 1, MODEL_BUG(1503, acquire, relaxed));

    return cell_at(c, index_of(word));
}

/* Nobody borrows the replaced value any more. `kept`: it has kept the channel. */
static void end_value(watch *c, watch_cell *cell, bool kept)
{
    item_destroy(&c->item, watch_value(c, cell));
    watch_cell_put(c, cell);
    if (kept)
        watch_unref(c);
}

void watch_return(watch *c, watch_cell *cell)
{
    uint64_t word = a_load(&c->word, relaxed); /* a guess: the exchange verifies it */

    while (MODEL_BUG(1520, index_of(word) == cell->index, true))
        /* release: the looks are over; pairs with the acquire in watch_swap. */
        if (a_cas_weak(&c->word, &word, word - 1, MODEL_BUG(1504, release, relaxed), relaxed))
            return;
    chaos_point();
    /* release: as above, for whoever is last. acquire: for that one, the others' looks. */
    if (a_fetch_sub(&cell->owed, 1, MODEL_BUG(1505, acq_rel, relaxed)) == 1)
        end_value(c, cell, true);
}

/* Replacing. */

watch_before watch_swap(watch *c, watch_cell *next)
{
    /* release: publishes the value. acquire: the looks that have ended. */
    uint64_t word = a_xchg(&c->word, word_of(next ? next->index : WATCH_NO_CELL),
                           MODEL_BUG(1506, acq_rel, relaxed));
    watch_before before = {cell_at(c, index_of(word)), word & WATCH_BORROWS};

    if (before.borrows && MODEL_BUG(1507, true, false))
        a_fetch_add(&c->refs, 1, relaxed); /* who calls has one */
    return before;
}

bool watch_keep(watch *c, const watch_before *before)
{
    if (before->borrows || c->item.destroy || c->spare)
        return false;
    c->spare = before->cell->index + 1;
    return true;
}

void watch_retire(watch *c, const watch_before *before)
{
    int64_t borrows = (int64_t)before->borrows;

    if (borrows == 0) {
        end_value(c, before->cell, false);
        return;
    }
    chaos_point();
    /* As in watch_return: the replacer is the last if all of them have ended since. */
    if (a_fetch_add(&before->cell->owed, borrows, MODEL_BUG(1508, acq_rel, relaxed)) + borrows == 0)
        end_value(c, before->cell, true);
}

/* Cells. */

void watch_cell_put(watch *c, watch_cell *cell)
{
    uint32_t head = a_load(&c->free_cells, relaxed); /* a guess: the exchange verifies it */

    do {
        cell->next = head;
        /* release: the cell's link, and the end of its value; pairs with the acquire below. */
    } while (!a_cas_weak(&c->free_cells, &head, cell->index + 1, MODEL_BUG(1509, release, relaxed),
                         relaxed));
}

static watch_cell *take_free(watch *c)
{
    /* acquire: pairs with the release above. */
    uint32_t head = a_load(&c->free_cells, MODEL_BUG(1510, acquire, relaxed));
    watch_cell *cell;

    do {
        if (!head)
            return NULL;
        cell = cell_at(c, head - 1);
    } while (!a_cas_weak(&c->free_cells, &head, cell->next, MODEL_BUG(1510, acquire, relaxed),
                         MODEL_BUG(1510, acquire, relaxed)));
    return cell;
}

static watch_cell *make_cell(watch *c)
{
    unsigned chunk = chunk_of(c->cells);

    if (c->cells == WATCH_CELLS_MAX)
        return NULL;
    if (!c->chunks[chunk]) {
        c->chunks[chunk] = aligned_alloc(item_align(&c->item), c->stride * ((size_t)2 << chunk));
        if (!c->chunks[chunk])
            return NULL;
    }
    watch_cell *cell = cell_at(c, c->cells);
    *cell = (watch_cell){.index = c->cells++};
    return cell;
}

watch_cell *watch_cell_take(watch *c)
{
    if (c->spare) {
        watch_cell *cell = cell_at(c, c->spare - 1);
        c->spare = 0;
        return cell;
    }
    watch_cell *cell = take_free(c);
    return cell ? cell : make_cell(c);
}
