/*
 * edo/inspect.h: readers and writers that show a function all that goes through them: for checksums, logs,
 * counts.
 */
#ifndef EDO_INSPECT_H
#define EDO_INSPECT_H

#include <edo/io.h>

EDO_BEGIN_DECLS

/** Is shown bytes in their order, each once; a vectored call's piece by piece. It must not wait. */
typedef void edo_inspect_fn(void *arg, const void *data, size_t len);

/** A reader that is looked into. Its fields are private; nothing is to be freed. */
typedef struct edo_inspect_reader {
    edo_reader inner;
    edo_inspect_fn *fn;
    void *arg;
    uint64_t shown;
    const char *held;
    size_t held_len;
} edo_inspect_reader;

/**
 * Has `fn` shown what is read through it; of a buffered reader, what is consumed. What a losing read put back
 * was shown, and isn't when it is read again.
 *
 * Returns   0; -EINVAL.
 * Owns      `inner` is borrowed.
 */
EDO_API_IO int edo_inspect_reader_init(edo_inspect_reader *reader, edo_reader inner,
                                       edo_inspect_fn *fn, void *arg);
/** It as a reader; buffered, if the inner one is. */
EDO_API_IO edo_reader edo_inspect_reader_reader(edo_inspect_reader *reader);

/** A writer that is looked into. Its fields are private; nothing is to be freed. */
typedef struct edo_inspect_writer {
    edo_writer inner;
    edo_inspect_fn *fn;
    void *arg;
} edo_inspect_writer;

/**
 * Has `fn` shown what the inner writer has taken.
 *
 * Returns   0; -EINVAL.
 * Owns      `inner` is borrowed.
 */
EDO_API_IO int edo_inspect_writer_init(edo_inspect_writer *writer, edo_writer inner,
                                       edo_inspect_fn *fn, void *arg);
/** It as a writer; it takes several pieces at once, if the inner one does. */
EDO_API_IO edo_writer edo_inspect_writer_writer(edo_inspect_writer *writer);

EDO_END_DECLS

#endif
