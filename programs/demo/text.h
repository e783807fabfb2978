/* text.h: numbers as people read them. */
#ifndef TEXT_H
#define TEXT_H

#include <stddef.h>
#include <stdint.h>

/** Room for the longest text that these write, its end included. */
#define TEXT_MAX 32

/** "1,234,567". Returns `text`. */
const char *text_count(uint64_t n, char text[TEXT_MAX]);
/** "870 ns", "1.23 ms", "12.3 s". Returns `text`. */
const char *text_span(uint64_t ns, char text[TEXT_MAX]);
/** "98.2": millions of bytes a second. Returns `text`. */
const char *text_rate(uint64_t bytes, uint64_t ns, char text[TEXT_MAX]);

#endif
