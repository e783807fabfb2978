/* slice.h: bytes that lie somewhere else: a key, a value, an argument. */
#ifndef SLICE_H
#define SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct slice {
    const char *data;
    size_t len;
} slice;

/** The bytes of a text without its zero. */
static inline slice slice_of(const char *text)
{
    return (slice){.data = text, .len = strlen(text)};
}

static inline bool slice_equal(slice a, slice b)
{
    return a.len == b.len && memcmp(a.data, b.data, a.len) == 0;
}

/** Whether it is that word; the case of letters doesn't count. */
bool slice_is(slice s, const char *word);
/** Reads the whole as a number, in the one form in which a number is written: no blanks, no +, no 007. */
bool slice_to_int(slice s, int64_t *ret);
/** Reads the whole as a number with a fraction; neither NaN nor blanks. */
bool slice_to_float(slice s, long double *ret);
/** Whether it fits a pattern with *, ?, [a-z], [^a] and \ in front of a letter that means itself. */
bool slice_matches(slice s, slice pattern);

enum { INT_TEXT_MAX = 24, FLOAT_TEXT_MAX = 5 * 1024 };

/** Writes a number. Returns how many bytes; there is no zero behind them. */
size_t int_to_text(int64_t n, char text[INT_TEXT_MAX]);
/** The same of one with a fraction, without zeros at its end: 3, 0.5, never 5e-1. */
size_t float_to_text(long double x, char text[FLOAT_TEXT_MAX]);

#endif
