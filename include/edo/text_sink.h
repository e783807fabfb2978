/* edo/text_sink.h: where what edo writes about itself goes. */
#ifndef EDO_TEXT_SINK_H
#define EDO_TEXT_SINK_H

#include <stddef.h>

#include <edo/macros.h>

EDO_BEGIN_DECLS

/** Takes a piece of text, which has no 0 at its end. Returns 0, or a negative errno, which ends it. */
typedef int edo_text_sink(const char *text, size_t len, void *arg);

/** A sink that writes to the descriptor that `arg`, an `int *`, points to. It blocks the thread. */
EDO_API int edo_text_to_fd(const char *text, size_t len, void *arg);

EDO_END_DECLS

#endif
