/*
 * edo/stream_stage.h: what all stages of a stream have in common.
 *
 * A stage takes the items of a stream, its source, and gives some of them, or others made of them. It owns
 * its source. An error of the source passes through every stage at once, is shown to no function, and counts
 * as no item. A stage that has ended doesn't ask its source again.
 *
 * The functions that a stage is given are called once for each item, in order, by whoever polls, with
 * the `arg` that was given with them. They can't wait.
 */
#ifndef EDO_STREAM_STAGE_H
#define EDO_STREAM_STAGE_H

#include <edo/stream.h>

EDO_BEGIN_DECLS

/** Room for an item: in here, or allocated when it is needed first. Private. */
typedef struct edo_slot {
    void *memory;
    unsigned char inside[32] __attribute__((aligned(16)));
} edo_slot;

/** Says something about an item, which is only lent. */
typedef bool edo_item_test(void *arg, const void *item);
/** Makes an item of another, which is the function's own: it ends it, or moves it on. Says 1: it did; 0: it
 * made none; a negative errno: an error as an item. */
typedef int edo_item_map(void *arg, void *item, void *ret_item);
/**
 * Begins a step that may wait, for an item that is the step's own. Its future lies in memory of the
 * function's, puts an item to `ret_item`, and says 0, or a negative error as an item. Both pointers are good
 * until it is READY. NULL: it has done so without a wait. A next that is cancelled cancels the step. If it
 * says -ECANCELED it has let the item be, and the following next goes on with it, where its kind has
 * EDO_FUTURE_RESTARTS (a sleep keeps its deadline); else a step is begun anew with that item.
 */
typedef edo_future *edo_item_step(void *arg, void *item, void *ret_item);

/**
 * A stage of most kinds. It lies with its user, until the stream is released; its fields are private. Where
 * an item has more than 32 bytes, what has to keep one allocates room for it, once: without memory the
 * next says -ENOMEM, has taken nothing, and may be called again.
 */
typedef struct edo_stage {
    edo_stream source;
    const edo_item *item;
    edo_pull pull;    /* the source's next under way */
    edo_slot held;    /* an item that was put back, or pulled ahead */
    edo_slot from;    /* the source's item, where another is made of it */
    edo_future *step; /* under way, for the item in `from` */
    union {
        edo_item_test *tests;
        edo_item_map *maps;
        edo_item_step *begins;
    } fn;
    void *arg;
    size_t left;     /* items to be taken, or skipped */
    int error;       /* pulled ahead, or 0 */
    bool is_pulling; /* `pull` has said PENDING */
    bool holds;
    bool has_from;
    bool has_ended;
    bool is_over; /* it tests no longer */
} edo_stage;

EDO_END_DECLS

#endif
