/*
 * edo/duplex.h: pipes in memory, between tasks and threads: in both directions, and in one.
 *
 * What is written to one end is read at the other. A write takes what there is room for, and waits while
 * there is none. Of each end one task may read and another one write at the same time; several that read
 * share what comes in.
 */
#ifndef EDO_DUPLEX_H
#define EDO_DUPLEX_H

#include <edo/io.h>

EDO_BEGIN_DECLS

/** One end of a pipe in both directions. */
typedef struct edo_duplex edo_duplex;
/** The ends of a pipe in one. */
typedef struct edo_simplex_receiver edo_simplex_receiver;
typedef struct edo_simplex_sender edo_simplex_sender;

/**
 * Makes two ends that are connected, with room for `capacity` bytes in each direction.
 *
 * Returns   0; -EINVAL (no capacity), -ENOMEM: then nothing was made.
 * Owns      each end is the caller's, until edo_duplex_close.
 */
EDO_API_IO int edo_duplex_new(size_t capacity, edo_duplex **ret_a, edo_duplex **ret_b);
/**
 * Closes an end: the other one reads what is still there and then the end, and its writes say -EPIPE. Calls
 * on this end that are waiting say -ECANCELED; no other may begin. Never waits; any thread.
 *
 * Returns   0; -EINVAL for NULL.
 */
EDO_API_IO int edo_duplex_close(edo_duplex *end);
/**
 * An end as a reader, a writer, and both; borrowed. It puts back what a losing read took. A shutdown ends
 * one direction: the other end reads the end; later writes and flushes here say -EPIPE, later shutdowns 0.
 */
EDO_API_IO edo_reader edo_duplex_reader(edo_duplex *end);
EDO_API_IO edo_writer edo_duplex_writer(edo_duplex *end);
EDO_API_IO edo_io edo_duplex_io(edo_duplex *end);

/**
 * Makes a pipe in one direction.
 *
 * Returns   0; -EINVAL (no capacity), -ENOMEM: then nothing was made.
 * Owns      each end is the caller's, until it is closed.
 */
EDO_API_IO int edo_simplex_new(size_t capacity, edo_simplex_receiver **ret_receiver,
                               edo_simplex_sender **ret_sender);
/** As edo_duplex_close. */
EDO_API_IO int edo_simplex_receiver_close(edo_simplex_receiver *receiver);
EDO_API_IO int edo_simplex_sender_close(edo_simplex_sender *sender);
/** Its ends as a reader and a writer, as those of a duplex. */
EDO_API_IO edo_reader edo_simplex_reader(edo_simplex_receiver *receiver);
EDO_API_IO edo_writer edo_simplex_writer(edo_simplex_sender *sender);

EDO_END_DECLS

#endif
