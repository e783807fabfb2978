/*
 * edo/future_storage.h: memory for one future after another, of different kinds: for objects that always
 * have one under way, as the poll functions of a state machine do.
 */
#ifndef EDO_FUTURE_STORAGE_H
#define EDO_FUTURE_STORAGE_H

#include <edo/future.h>

EDO_BEGIN_DECLS

/** Zeros are an empty one. Its fields are private. */
typedef struct edo_future_storage {
    edo_future *future;
    void *memory;
    size_t size;
    size_t align;
} edo_future_storage;

/**
 * Copies the future `fut`, never polled, whose first member is its edo_future, into the storage; the one
 * before it is gone, which has never been polled, or is READY. Memory that is large enough is used
 * again. With size 0 nothing is copied: the future is used where it lies, and stays there
 * until the next set or fini.
 *
 * Returns   0; -EINVAL (NULL, polled already, smaller than a future, an alignment that is no power of
 *           two); -EBUSY: the one before is under way; cancel it, and poll it until it is READY;
 *           -ENOMEM. Then nothing has changed.
 * Owns      what the future owns is to be given up by polling or cancelling it, as without.
 */
EDO_API int edo_future_storage_set_sized(edo_future_storage *storage, edo_future *fut, size_t size,
                                         size_t align);
/** The same without growing: -ENOSPC when there is no room. */
EDO_API int edo_future_storage_try_set_sized(edo_future_storage *storage, edo_future *fut,
                                             size_t size, size_t align);
/** Of a variable: edo_future_storage_set(&storage, &sleep). */
#define edo_future_storage_set(storage, fut)                                                       \
    edo_future_storage_set_sized((storage), &(fut)->base, sizeof *(fut), __alignof__(*(fut)))
#define edo_future_storage_try_set(storage, fut)                                                   \
    edo_future_storage_try_set_sized((storage), &(fut)->base, sizeof *(fut), __alignof__(*(fut)))
/** The future that it has, to be polled and cancelled there; NULL: none. */
EDO_API edo_future *edo_future_storage_get(const edo_future_storage *storage);
/** For how large a future there is memory, in bytes. */
EDO_API size_t edo_future_storage_size(const edo_future_storage *storage);
/** Frees the memory. Returns 0; -EBUSY: its future is under way, and then nothing was freed. */
EDO_API int edo_future_storage_fini(edo_future_storage *storage);

EDO_END_DECLS

#endif
