/* slice.c: what bytes say: words and numbers. */
#include "slice.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

bool slice_is(slice s, const char *word)
{
    return s.len == strlen(word) && strncasecmp(s.data, word, s.len) == 0;
}

/* The digits of a number without its sign, at most `most`. */
static bool read_digits(slice s, uint64_t most, uint64_t *ret)
{
    uint64_t n = 0;

    if (s.len == 0 || (s.data[0] == '0' && s.len > 1))
        return false;
    for (size_t i = 0; i < s.len; i++) {
        unsigned digit = (unsigned)s.data[i] - '0';
        if (digit > 9 || n > (most - digit) / 10)
            return false;
        n = n * 10 + digit;
    }
    *ret = n;
    return true;
}

bool slice_to_int(slice s, int64_t *ret)
{
    uint64_t n;

    if (s.len && s.data[0] == '-') {
        if (!read_digits((slice){s.data + 1, s.len - 1}, (uint64_t)INT64_MAX + 1, &n) || n == 0)
            return false;
        *ret = (int64_t)(0 - n);
        return true;
    }
    if (!read_digits(s, INT64_MAX, &n))
        return false;
    *ret = (int64_t)n;
    return true;
}

bool slice_to_float(slice s, long double *ret)
{
    char text[256], *end;

    if (s.len == 0 || s.len >= sizeof text || strchr(" \t\n\v\f\r", s.data[0]))
        return false;
    memcpy(text, s.data, s.len);
    text[s.len] = '\0';
    errno = 0;
    long double x = strtold(text, &end);
    if (end != text + s.len || isnan(x) || (errno == ERANGE && (isinf(x) || x == 0)))
        return false;
    *ret = x;
    return true;
}

size_t int_to_text(int64_t n, char text[INT_TEXT_MAX])
{
    char digits[INT_TEXT_MAX];
    uint64_t rest = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
    size_t at = sizeof digits;

    do
        digits[--at] = (char)('0' + rest % 10);
    while ((rest /= 10) > 0);
    if (n < 0)
        digits[--at] = '-';
    memcpy(text, digits + at, sizeof digits - at);
    return sizeof digits - at;
}

size_t float_to_text(long double x, char text[FLOAT_TEXT_MAX])
{
    int len = snprintf(text, FLOAT_TEXT_MAX, "%.17Lf", x);

    while (text[len - 1] == '0')
        len--;
    if (text[len - 1] == '.')
        len--;
    if (len == 2 && memcmp(text, "-0", 2) == 0)
        len = 1, text[0] = '0';
    return (size_t)len;
}
