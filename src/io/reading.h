/* io/reading.h: a buffer as the place that is read into. */
#ifndef IO_READING_H
#define IO_READING_H

#include <edo/buf.h>

/* Room to read into, at least a byte. 0; -EDO_ETOOLONG, -ENOMEM. */
int reading_room(edo_buf *buf);
/* Moves what a fill has shown behind the buffer's bytes, `len` of it or as much as its limit allows. How much
 * that was; -EDO_ETOOLONG for none; -ENOMEM; what the reader's consume says. */
int64_t reading_move(edo_buf *buf, edo_reader from, const edo_transfer *fill, size_t len);

#endif
