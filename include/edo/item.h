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
} edo_item;

#ifndef __cplusplus
/** `EDO_ITEM(struct job *, .destroy = job_destroy)`: a `const edo_item *` for that type. */
#define EDO_ITEM(type, ...)                                                                        \
    (&(const edo_item){.size = sizeof(type), .align = _Alignof(type), __VA_ARGS__})
#endif

EDO_END_DECLS

#endif
