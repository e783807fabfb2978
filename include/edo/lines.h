/*
 * edo/lines.h: a stream in pieces, one after the other: lines, or what is between two delimiters.
 *
 *     edo_pieces lines = edo_lines(reader);
 *     char *line;
 *     size_t len;
 *
 *     while ((rc = edo_pieces_next(&lines, &line, &len)) > 0)
 *         printf("%s\n", line);
 *     edo_pieces_fini(&lines);
 */
#ifndef EDO_LINES_H
#define EDO_LINES_H

#include <edo/buf.h>
#include <edo/io.h>

EDO_BEGIN_DECLS

/** Where in a stream one is. It lies in the caller's memory; its fields but limit are private. */
typedef struct edo_pieces {
    size_t limit; /**< the most bytes of a piece, to be set by the caller; 0: any number */
    edo_reader from;
    edo_buf buf;
    size_t len;
    unsigned char delimiter;
    bool is_lines;
    bool is_out;   /* what is in buf was handed out */
    bool is_back;  /* and came back */
    bool is_ended; /* by its delimiter */
    bool skips;    /* the rest of a piece that was too long */
} edo_pieces;

/** The lines of a buffered reader: without "\n" and "\r\n". The reader is borrowed. */
EDO_API_IO edo_pieces edo_lines(edo_reader from);
/** What is between delimiters, without them. Behind the last one is no empty piece. */
EDO_API_IO edo_pieces edo_split_at(edo_reader from, unsigned char delimiter);
/** Frees what it holds, also the beginning of a piece that hasn't come to its end. */
EDO_API_IO void edo_pieces_fini(edo_pieces *pieces);

/** The next piece under way. Its fields are private; don't move it once it has been polled. */
typedef struct edo_pieces_next_future {
    edo_future base;
    edo_pieces *pieces;
    char **ret_piece;
    size_t *ret_len;
    edo_transfer t;
} edo_pieces_next_future;

/**
 * Waits for the next piece. *ret_piece is the caller's to read and write until the next call, and has a zero
 * behind its *ret_len bytes; both may be NULL.
 *
 * Returns   1 with a piece; 0 at the end, as often as it is asked; -EINVAL; -ENOTSUP: the reader has no
 *           buffer; -EDO_ETOOLONG: a piece over the limit, of which the next call skips the rest;
 *           -ENOMEM; what the reader says; or why the waiting was cut short.
 * Suspends  unless the reader's buffer has all of it.
 * Cancel    puts back: a piece that a losing arm got is the next call's. A beginning is kept, and the
 *           next call goes on.
 */
EDO_API_IO int edo_pieces_next(edo_pieces *pieces, char **ret_piece, size_t *ret_len);
EDO_API_IO edo_pieces_next_future edo_pieces_next_async(edo_pieces *pieces, char **ret_piece,
                                                        size_t *ret_len);

EDO_END_DECLS

#endif
