/*
 * edo/take.h: readers made of readers: the first bytes of one, or one after the other.
 *
 * They lie in the caller's memory and borrow what they read from. Both are buffered readers where what they
 * read from is one.
 */
#ifndef EDO_TAKE_H
#define EDO_TAKE_H

#include <edo/io.h>

EDO_BEGIN_DECLS

/** A reader that ends after so many bytes. */
typedef struct edo_take {
    edo_reader from; /**< what it reads from */
    uint64_t
        left; /**< bytes until its end, to be set anew between two reads; at 0 `from` isn't asked */
} edo_take;

/** The next `limit` bytes of a reader. */
static inline edo_take edo_take_from(edo_reader from, uint64_t limit)
{
    edo_take take = {from, limit};
    return take;
}
/** As a reader. */
EDO_API_IO edo_reader edo_take_reader(edo_take *take);

/** A reader that goes on with another after the first one's end. */
typedef struct edo_chain {
    edo_reader first;  /**< asked until it says that it is at its end, and not again */
    edo_reader second; /**< asked afterwards */
    bool is_second;    /**< private: the first has ended */
} edo_chain;

/** One reader, then the other. */
static inline edo_chain edo_chain_of(edo_reader first, edo_reader second)
{
    edo_chain chain = {first, second, false};
    return chain;
}
/** As a reader. */
EDO_API_IO edo_reader edo_chain_reader(edo_chain *chain);

EDO_END_DECLS

#endif
