/* edo/once.h: a pointer that is empty and then set, as a part of cells. Private to edo. */
#ifndef EDO_ONCE_H
#define EDO_ONCE_H

#include <edo/crowd.h>
#include <edo/lock.h>

EDO_BEGIN_DECLS

/** Zeros are an empty one whose value needs no end. */
typedef struct edo_once {
    void *word;                   /**< atomic: the value, or that somebody makes it or waits */
    void (*destroy)(void *value); /**< ends the value; NULL: nothing is to be done */
    edo_crowd crowd;
    edo_lock lock; /**< guards the crowd, and the word while somebody waits */
} edo_once;

#define EDO_ONCE_INIT(destroy)                                                                     \
    {                                                                                              \
        NULL, (destroy), {{NULL, NULL}, {NULL, NULL}, 0, NULL},                                    \
        {                                                                                          \
            0                                                                                      \
        }                                                                                          \
    }

EDO_END_DECLS

#endif
