/*
 * edo/channel_define.h: channels for one type of item, as the compiler knows it.
 *
 *     EDO_CHANNEL_DEFINE(jobs, struct job);
 *
 *     jobs_sender tx;
 *     jobs_receiver rx;
 *     int rc = jobs_new(16, &tx, &rx);
 *     ...
 *     rc = jobs_send(tx, (struct job){.number = 1});
 *     while ((rc = jobs_recv(rx, &job)) == 1)
 *
 * Each function is the one of edo_mpsc that it is named after, with its promises. Handles are values
 * around those of edo_mpsc, so that none goes into a channel of another type; what has no function
 * here takes tx.base or rx.base. In C the types are copied as bytes; in C++ they have to be such.
 */
#ifndef EDO_CHANNEL_DEFINE_H
#define EDO_CHANNEL_DEFINE_H

#include <edo/broadcast.h>
#include <edo/mpsc.h>
#include <edo/oneshot.h>

#ifdef __cplusplus
#define EDO_ITEM_OF_(type, destroy, clone)                                                         \
    {                                                                                              \
        sizeof(type), alignof(type), (destroy), (clone)                                            \
    }
#define EDO_ITEM_CHECK_(type)                                                                      \
    static_assert(__is_trivially_copyable(type), "channels copy their items as bytes")
#else
#define EDO_ITEM_OF_(type, destroy, clone)                                                         \
    {                                                                                              \
        sizeof(type), _Alignof(type), (destroy), (clone)                                           \
    }
#define EDO_ITEM_CHECK_(type) _Static_assert(sizeof(type) > 0, "channels copy their items")
#endif
#define EDO_BASE_OF_(handle) ((handle) ? &(handle)->base : NULL)
#define EDO_TYPED_ static inline __attribute__((unused))

/** A channel with many senders, and its functions name_new, name_send, name_recv, … */
#define EDO_CHANNEL_DEFINE(name, type) EDO_CHANNEL_DEFINE_WITH_(name, type, NULL)
/** The same for items that `destroy(type *)` has to end, if nobody receives them. */
#define EDO_CHANNEL_DEFINE_DESTROY(name, type, destroy)                                            \
    EDO_ITEM_DESTROY_(name, type, destroy)                                                         \
    EDO_CHANNEL_DEFINE_WITH_(name, type, name##_item_destroy)
/** A channel for one item: name_new, name_send, name_recv, …, as those of edo_oneshot. */
#define EDO_ONESHOT_DEFINE(name, type) EDO_ONESHOT_DEFINE_WITH_(name, type, NULL)
#define EDO_ONESHOT_DEFINE_DESTROY(name, type, destroy)                                            \
    EDO_ITEM_DESTROY_(name, type, destroy)                                                         \
    EDO_ONESHOT_DEFINE_WITH_(name, type, name##_item_destroy)

/** A channel in which each receiver gets each item: name_subscribe, …, as those of edo_broadcast. */
#define EDO_BROADCAST_DEFINE(name, type) EDO_BROADCAST_DEFINE_WITH_(name, type, NULL, NULL)
/** The same for items that each receiver gets a clone of: `int clone(type *to, type const *from)`. */
#define EDO_BROADCAST_DEFINE_CLONE(name, type, destroy, clone)                                     \
    EDO_ITEM_DESTROY_(name, type, destroy)                                                         \
    EDO_ITEM_CLONE_(name, type, clone)                                                             \
    EDO_BROADCAST_DEFINE_WITH_(name, type, name##_item_destroy, name##_item_clone)

#define EDO_ITEM_DESTROY_(name, type, destroy)                                                     \
    EDO_TYPED_ void name##_item_destroy(void *item)                                                \
    {                                                                                              \
        void (*end)(type *) = (destroy);                                                           \
        end((type *)item);                                                                         \
    }

#define EDO_ITEM_CLONE_(name, type, clone)                                                         \
    EDO_TYPED_ int name##_item_clone(void *to, const void *from)                                   \
    {                                                                                              \
        int (*make)(type *, type const *) = (clone);                                               \
        return make((type *)to, (type const *)from);                                               \
    }

#define EDO_CHANNEL_DEFINE_WITH_(name, type, destroy)                                              \
    typedef struct name##_sender {                                                                 \
        edo_mpsc_sender *base;                                                                     \
    } name##_sender;                                                                               \
    typedef struct name##_receiver {                                                               \
        edo_mpsc_receiver *base;                                                                   \
    } name##_receiver;                                                                             \
    typedef struct name##_permit {                                                                 \
        edo_mpsc_permit base;                                                                      \
    } name##_permit;                                                                               \
    EDO_TYPED_ int name##_new(size_t capacity, name##_sender *ret_tx, name##_receiver *ret_rx)     \
    {                                                                                              \
        static const edo_item item_ = EDO_ITEM_OF_(type, destroy, NULL);                           \
        return edo_mpsc_new(&item_, capacity, EDO_BASE_OF_(ret_tx), EDO_BASE_OF_(ret_rx));         \
    }                                                                                              \
    EDO_TYPED_ int name##_new_unbounded(name##_sender *ret_tx, name##_receiver *ret_rx)            \
    {                                                                                              \
        static const edo_item item_ = EDO_ITEM_OF_(type, destroy, NULL);                           \
        return edo_mpsc_new_unbounded(&item_, EDO_BASE_OF_(ret_tx), EDO_BASE_OF_(ret_rx));         \
    }                                                                                              \
    EDO_TYPED_ name##_sender name##_sender_clone(name##_sender tx)                                 \
    {                                                                                              \
        name##_sender another = {edo_mpsc_sender_clone(tx.base)};                                  \
        return another;                                                                            \
    }                                                                                              \
    EDO_TYPED_ void name##_sender_free(name##_sender tx)                                           \
    {                                                                                              \
        edo_mpsc_sender_free(tx.base);                                                             \
    }                                                                                              \
    EDO_TYPED_ void name##_receiver_free(name##_receiver rx)                                       \
    {                                                                                              \
        edo_mpsc_receiver_free(rx.base);                                                           \
    }                                                                                              \
    EDO_TYPED_ int name##_send(name##_sender tx, type item)                                        \
    {                                                                                              \
        return edo_mpsc_send(tx.base, &item);                                                      \
    }                                                                                              \
    EDO_TYPED_ int name##_try_send(name##_sender tx, type item)                                    \
    {                                                                                              \
        return edo_mpsc_try_send(tx.base, &item);                                                  \
    }                                                                                              \
    EDO_TYPED_ int name##_send_within(name##_sender tx, type item, edo_duration span)              \
    {                                                                                              \
        return edo_mpsc_send_within(tx.base, &item, span);                                         \
    }                                                                                              \
    EDO_TYPED_ edo_mpsc_send_future name##_send_async(name##_sender tx, type const *item)          \
    {                                                                                              \
        return edo_mpsc_send_async(tx.base, item);                                                 \
    }                                                                                              \
    EDO_TYPED_ int name##_reserve(name##_sender tx, name##_permit *ret_permit)                     \
    {                                                                                              \
        return edo_mpsc_reserve(tx.base, EDO_BASE_OF_(ret_permit));                                \
    }                                                                                              \
    EDO_TYPED_ int name##_try_reserve(name##_sender tx, name##_permit *ret_permit)                 \
    {                                                                                              \
        return edo_mpsc_try_reserve(tx.base, EDO_BASE_OF_(ret_permit));                            \
    }                                                                                              \
    EDO_TYPED_ edo_mpsc_reserve_future name##_reserve_async(name##_sender tx,                      \
                                                            name##_permit *ret_permit)             \
    {                                                                                              \
        return edo_mpsc_reserve_async(tx.base, EDO_BASE_OF_(ret_permit));                          \
    }                                                                                              \
    EDO_TYPED_ int name##_permit_send(name##_permit *permit, type item)                            \
    {                                                                                              \
        return edo_mpsc_permit_send(EDO_BASE_OF_(permit), &item);                                  \
    }                                                                                              \
    EDO_TYPED_ void name##_permit_release(name##_permit *permit)                                   \
    {                                                                                              \
        edo_mpsc_permit_release(EDO_BASE_OF_(permit));                                             \
    }                                                                                              \
    EDO_TYPED_ int name##_recv(name##_receiver rx, type *ret_item)                                 \
    {                                                                                              \
        return edo_mpsc_recv(rx.base, ret_item);                                                   \
    }                                                                                              \
    EDO_TYPED_ int name##_try_recv(name##_receiver rx, type *ret_item)                             \
    {                                                                                              \
        return edo_mpsc_try_recv(rx.base, ret_item);                                               \
    }                                                                                              \
    EDO_TYPED_ edo_mpsc_recv_future name##_recv_async(name##_receiver rx, type *ret_item)          \
    {                                                                                              \
        return edo_mpsc_recv_async(rx.base, ret_item);                                             \
    }                                                                                              \
    EDO_TYPED_ ssize_t name##_recv_many(name##_receiver rx, type *ret_items, size_t limit)         \
    {                                                                                              \
        return edo_mpsc_recv_many(rx.base, ret_items, limit);                                      \
    }                                                                                              \
    EDO_TYPED_ edo_mpsc_recv_future name##_recv_many_async(name##_receiver rx, type *ret_items,    \
                                                           size_t limit)                           \
    {                                                                                              \
        return edo_mpsc_recv_many_async(rx.base, ret_items, limit);                                \
    }                                                                                              \
    EDO_TYPED_ void name##_close(name##_receiver rx)                                               \
    {                                                                                              \
        edo_mpsc_close(rx.base);                                                                   \
    }                                                                                              \
    EDO_ITEM_CHECK_(type)

#define EDO_ONESHOT_DEFINE_WITH_(name, type, destroy)                                              \
    typedef struct name##_sender {                                                                 \
        edo_oneshot_sender *base;                                                                  \
    } name##_sender;                                                                               \
    typedef struct name##_receiver {                                                               \
        edo_oneshot_receiver *base;                                                                \
    } name##_receiver;                                                                             \
    EDO_TYPED_ int name##_new(name##_sender *ret_tx, name##_receiver *ret_rx)                      \
    {                                                                                              \
        static const edo_item item_ = EDO_ITEM_OF_(type, destroy, NULL);                           \
        return edo_oneshot_new(&item_, EDO_BASE_OF_(ret_tx), EDO_BASE_OF_(ret_rx));                \
    }                                                                                              \
    EDO_TYPED_ int name##_send(name##_sender tx, type item)                                        \
    {                                                                                              \
        return edo_oneshot_send(tx.base, &item);                                                   \
    }                                                                                              \
    EDO_TYPED_ void name##_sender_free(name##_sender tx)                                           \
    {                                                                                              \
        edo_oneshot_sender_free(tx.base);                                                          \
    }                                                                                              \
    EDO_TYPED_ int name##_recv(name##_receiver rx, type *ret_item)                                 \
    {                                                                                              \
        return edo_oneshot_recv(rx.base, ret_item);                                                \
    }                                                                                              \
    EDO_TYPED_ int name##_try_recv(name##_receiver rx, type *ret_item)                             \
    {                                                                                              \
        return edo_oneshot_try_recv(rx.base, ret_item);                                            \
    }                                                                                              \
    EDO_TYPED_ edo_oneshot_recv_future name##_recv_async(name##_receiver rx, type *ret_item)       \
    {                                                                                              \
        return edo_oneshot_recv_async(rx.base, ret_item);                                          \
    }                                                                                              \
    EDO_TYPED_ void name##_receiver_free(name##_receiver rx)                                       \
    {                                                                                              \
        edo_oneshot_receiver_free(rx.base);                                                        \
    }                                                                                              \
    EDO_ITEM_CHECK_(type)

#define EDO_BROADCAST_DEFINE_WITH_(name, type, destroy, clone)                                     \
    typedef struct name##_sender {                                                                 \
        edo_broadcast_sender *base;                                                                \
    } name##_sender;                                                                               \
    typedef struct name##_receiver {                                                               \
        edo_broadcast_receiver *base;                                                              \
    } name##_receiver;                                                                             \
    EDO_TYPED_ int name##_new(size_t capacity, name##_sender *ret_tx, name##_receiver *ret_rx)     \
    {                                                                                              \
        static const edo_item item_ = EDO_ITEM_OF_(type, destroy, clone);                          \
        return edo_broadcast_new(&item_, capacity, EDO_BASE_OF_(ret_tx), EDO_BASE_OF_(ret_rx));    \
    }                                                                                              \
    EDO_TYPED_ name##_sender name##_sender_clone(name##_sender tx)                                 \
    {                                                                                              \
        name##_sender another = {edo_broadcast_sender_clone(tx.base)};                             \
        return another;                                                                            \
    }                                                                                              \
    EDO_TYPED_ void name##_sender_free(name##_sender tx)                                           \
    {                                                                                              \
        edo_broadcast_sender_free(tx.base);                                                        \
    }                                                                                              \
    EDO_TYPED_ int name##_subscribe(name##_sender tx, name##_receiver *ret_rx)                     \
    {                                                                                              \
        return edo_broadcast_subscribe(tx.base, EDO_BASE_OF_(ret_rx));                             \
    }                                                                                              \
    EDO_TYPED_ void name##_receiver_free(name##_receiver rx)                                       \
    {                                                                                              \
        edo_broadcast_receiver_free(rx.base);                                                      \
    }                                                                                              \
    EDO_TYPED_ int name##_send(name##_sender tx, type item)                                        \
    {                                                                                              \
        return edo_broadcast_send(tx.base, &item);                                                 \
    }                                                                                              \
    EDO_TYPED_ int name##_recv(name##_receiver rx, type *ret_item, uint64_t *ret_missed)           \
    {                                                                                              \
        return edo_broadcast_recv(rx.base, ret_item, ret_missed);                                  \
    }                                                                                              \
    EDO_TYPED_ int name##_try_recv(name##_receiver rx, type *ret_item, uint64_t *ret_missed)       \
    {                                                                                              \
        return edo_broadcast_try_recv(rx.base, ret_item, ret_missed);                              \
    }                                                                                              \
    EDO_TYPED_ edo_broadcast_recv_future name##_recv_async(name##_receiver rx, type *ret_item,     \
                                                           uint64_t *ret_missed)                   \
    {                                                                                              \
        return edo_broadcast_recv_async(rx.base, ret_item, ret_missed);                            \
    }                                                                                              \
    EDO_ITEM_CHECK_(type)

#endif
