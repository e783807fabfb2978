/* edo/item.h: what a channel or cell carries: how large it is, and how it ends. */
#ifndef EDO_ITEM_H
#define EDO_ITEM_H

#include <edo/macros.h>

EDO_BEGIN_DECLS

/**
 * Items are copied in and out as bytes: who sends one gives it away, who receives one owns it. What
 * is still inside when nobody can take it any more is destroyed, each item once.
 */
typedef struct edo_item {
    size_t size;                 /**< bytes of one; 0 is allowed: then only their number counts */
    size_t align;                /**< a power of two, at most 4096; 0: as malloc aligns */
    void (*destroy)(void *item); /**< ends one where it lies; NULL: nothing is to be done */
    /**
     * Makes another of the one at `from`, for channels that give each to several: 0, or a negative
     * error that the receiver is told. Called once at a time for one item, and with it locked: it
     * can't wait, and may not use the channel. NULL: a copy of its bytes is as good.
     */
    int (*clone)(void *to, const void *from);
} edo_item;

#ifndef __cplusplus
/** `EDO_ITEM(int)` or `EDO_ITEM(job *, .destroy = job_destroy)`: a `const edo_item *` in place. */
#define EDO_ITEM(...) EDO_ITEM_(__VA_ARGS__, ) /* so that `...` is never without an argument */
#define EDO_ITEM_(type, ...)                                                                       \
    (&(const edo_item){.size = sizeof(type), .align = _Alignof(type), __VA_ARGS__})
#endif

EDO_END_DECLS

#endif
