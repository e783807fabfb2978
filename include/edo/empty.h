/* edo/empty.h: readers and writers with nothing behind them. They need no memory and are never closed. */
#ifndef EDO_EMPTY_H
#define EDO_EMPTY_H

#include <edo/io.h>

EDO_BEGIN_DECLS

/** A buffered reader that is at its end. */
EDO_API_IO edo_reader edo_empty(void);
/** Its position is 0, wherever one moves to. */
EDO_API_IO edo_seeker edo_empty_seeker(void);
/** A reader that gives one byte, over and over, without an end. */
EDO_API_IO edo_reader edo_repeat(unsigned char byte);
/** A writer that takes everything and forgets it. */
EDO_API_IO edo_writer edo_sink(void);

EDO_END_DECLS

#endif
