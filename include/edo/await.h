/* edo/await.h: waiting for futures: one, the first of several, all of several. */
#ifndef EDO_AWAIT_H
#define EDO_AWAIT_H

#include <edo/duration.h>
#include <edo/future.h>

EDO_BEGIN_DECLS

/** More arms than this are -EINVAL. */
#define EDO_SELECT_MAX 64

/**
 * Waits until `fut` is READY.
 *
 * Returns   its result. When the waiting was cut short and the future had no effect: why, that is
 *           -ECANCELED (the task was aborted), -ETIMEDOUT (a deadline scope passed) or
 *           -EDO_ESHUTDOWN. -EINVAL for NULL; -EDEADLK inside a poll function; -EDO_EMISUSE when
 *           somebody is awaiting it already or it was moved after its first poll.
 * Suspends  unless it is READY at once; a plain thread parks.
 * Cancel    cancels the future and waits for its end; a success stands.
 */
EDO_API int64_t edo_await(edo_future *fut);

/** A select under way. Its fields are private; don't move it once it has been polled. */
typedef struct edo_select_future {
    edo_future base;
    edo_future *const *arms;
    size_t count;
    int winner;
    uint32_t phase;
    bool begun;
    bool biased;
    bool keeps;
    uint64_t canceled;
    bool (*matches)(size_t arm, int64_t result, void *arg);
    void *arg;
    uint64_t over;
} edo_select_future;

/**
 * Waits for the first of `count` arms that is READY. The others are cancelled, and waited for: when
 * select returns, every arm is READY and its memory is the caller's. (If it is cut short before its
 * first poll, the arms are as they were, with no result: one that the caller has polled before is his
 * to end.) What a loser took all the same is put back. A NULL arm is a disabled one. edo_select begins
 * at a random arm at each look, the biased one at the first.
 *
 * Returns   the winner's index; its result is in the arm. When the waiting was cut short and no arm
 *           had an effect: -ECANCELED, -ETIMEDOUT or -EDO_ESHUTDOWN. -EINVAL: more than
 *           EDO_SELECT_MAX arms, or none that is enabled.
 * Suspends  unless an arm is READY at once; a plain thread parks.
 * Cancel    cancels every arm; one that has taken effect wins.
 */
EDO_API int edo_select_array(edo_future *const *arms, size_t count);
EDO_API int edo_select_biased_array(edo_future *const *arms, size_t count);
/** The array `arms` has to stay where it is until the future is READY. */
EDO_API edo_select_future edo_select_async(edo_future *const *arms, size_t count);
EDO_API edo_select_future edo_select_biased_async(edo_future *const *arms, size_t count);

/**
 * As edo_select, for loops: the losers are made new, so that the next call can take them again. A
 * loser that could not be put back, or that failed, is READY and wins the next call. The winner
 * stays READY too: make it anew before the next call, or put NULL in its place. When the waiting was
 * cut short, all arms are new that had no effect.
 *
 * Between two calls an arm is granted nothing, and has no place in a queue: with the next one it goes
 * to the end. What it was made with stays: a sleep its deadline, a write_all what it has written.
 *
 * Returns   as edo_select; -EINVAL also if an arm can't be made new, which is what composites are
 *           (timeout, join_all, select) and edo_callback: then none was polled.
 * Suspends  unless an arm is READY at once; a plain thread parks.
 * Cancel    as edo_select.
 */
EDO_API int edo_select_keep_array(edo_future *const *arms, size_t count);
EDO_API edo_select_future edo_select_keep_async(edo_future *const *arms, size_t count);

/**
 * As edo_select_array, for the first arm whose result is one to go on with: `matches` is asked about each
 * that is READY, and says whether it wins. Else the arm is out, is not polled again, and keeps what it
 * has; the others go on. So a closed channel doesn't win over those that are open.
 *
 * Returns   as edo_select_array; -ENODATA: all are READY, and none of them matched.
 * Suspends  unless an arm is READY at once, and matches; a plain thread parks.
 * Cancel    as edo_select.
 */
EDO_API int edo_select_matching_array(edo_future *const *arms, size_t count,
                                      bool (*matches)(size_t arm, int64_t result, void *arg),
                                      void *arg);
EDO_API edo_select_future edo_select_matching_async(edo_future *const *arms, size_t count,
                                                    bool (*matches)(size_t arm, int64_t result,
                                                                    void *arg),
                                                    void *arg);

/** A join of several futures under way. Its fields are private. */
typedef struct edo_join_all_future {
    edo_future base;
    edo_future *const *parts;
    size_t count;
    int64_t failure;
    size_t first;
    bool stop_early;
    bool stopping;
} edo_join_all_future;

/**
 * Waits until all of `count` futures are READY, polling them in the order given, from the one behind
 * whichever has used up the task's budget the last time; each keeps its own result. NULL entries are passed over.
 *
 * Returns   0 once all are READY, whatever their results. When the waiting was cut short:
 *           -ECANCELED, -ETIMEDOUT or -EDO_ESHUTDOWN, unless all succeeded all the same. -EINVAL
 *           for NULL.
 * Suspends  unless all are READY at once; a plain thread parks.
 * Cancel    cancels every part and waits for its end.
 */
EDO_API int edo_join_all_array(edo_future *const *parts, size_t count);
EDO_API edo_join_all_future edo_join_all_async(edo_future *const *parts, size_t count);

/**
 * As edo_join_all_array, but the first failure cancels the rest, which is waited for.
 *
 * Returns   0 when all succeeded, else the first failure.
 */
EDO_API int edo_try_join_all_array(edo_future *const *parts, size_t count);
EDO_API edo_join_all_future edo_try_join_all_async(edo_future *const *parts, size_t count);

EDO_END_DECLS

/* edo_select(&a.base, &b.base), and the same for the others: an array of what is written. */
#ifdef __cplusplus
template <typename... Futures> static inline int edo_select(Futures *...futures)
{
    static_assert(sizeof...(futures) <= EDO_SELECT_MAX, "at most EDO_SELECT_MAX arms");
    edo_future *arms[] = {futures...};
    return edo_select_array(arms, sizeof...(futures));
}
template <typename... Futures> static inline int edo_select_biased(Futures *...futures)
{
    static_assert(sizeof...(futures) <= EDO_SELECT_MAX, "at most EDO_SELECT_MAX arms");
    edo_future *arms[] = {futures...};
    return edo_select_biased_array(arms, sizeof...(futures));
}
template <typename... Futures> static inline int edo_select_keep(Futures *...futures)
{
    static_assert(sizeof...(futures) <= EDO_SELECT_MAX, "at most EDO_SELECT_MAX arms");
    edo_future *arms[] = {futures...};
    return edo_select_keep_array(arms, sizeof...(futures));
}
template <typename... Futures> static inline int edo_join_all(Futures *...futures)
{
    edo_future *parts[] = {futures...};
    return edo_join_all_array(parts, sizeof...(futures));
}
template <typename... Futures> static inline int edo_try_join_all(Futures *...futures)
{
    edo_future *parts[] = {futures...};
    return edo_try_join_all_array(parts, sizeof...(futures));
}
#else
#define EDO_FUTURE_ARRAY_(...) ((edo_future *[]){__VA_ARGS__})
#define EDO_FUTURE_COUNT_(...) (sizeof(EDO_FUTURE_ARRAY_(__VA_ARGS__)) / sizeof(edo_future *))
#define EDO_SELECT_COUNT_(...)                                                                     \
    (EDO_FUTURE_COUNT_(__VA_ARGS__) +                                                              \
     0 * sizeof(char[EDO_FUTURE_COUNT_(__VA_ARGS__) <= EDO_SELECT_MAX ? 1 : -1]))
#define edo_select(...)                                                                            \
    edo_select_array(EDO_FUTURE_ARRAY_(__VA_ARGS__), EDO_SELECT_COUNT_(__VA_ARGS__))
#define edo_select_biased(...)                                                                     \
    edo_select_biased_array(EDO_FUTURE_ARRAY_(__VA_ARGS__), EDO_SELECT_COUNT_(__VA_ARGS__))
#define edo_select_keep(...)                                                                       \
    edo_select_keep_array(EDO_FUTURE_ARRAY_(__VA_ARGS__), EDO_SELECT_COUNT_(__VA_ARGS__))
#define edo_join_all(...)                                                                          \
    edo_join_all_array(EDO_FUTURE_ARRAY_(__VA_ARGS__), EDO_FUTURE_COUNT_(__VA_ARGS__))
#define edo_try_join_all(...)                                                                      \
    edo_try_join_all_array(EDO_FUTURE_ARRAY_(__VA_ARGS__), EDO_FUTURE_COUNT_(__VA_ARGS__))
#endif

#endif
