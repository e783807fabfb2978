/*
 * glob.c: patterns of names.
 *
 * After a star one tries each place where the rest might begin. Only the last star is ever tried anew: what
 * an earlier one took can't be wrong, as the later one may take all that follows. So the time is bounded by
 * the product of both lengths, whatever a client sends.
 */
#include "slice.h"

/* One element of a pattern against one byte. *ret_len is the element's length. */
static bool class_has(slice p, unsigned char byte, size_t *ret_len)
{
    size_t i = 1;
    bool negates = i < p.len && p.data[i] == '^', found = false;

    if (negates)
        i++;
    for (; i < p.len && p.data[i] != ']'; i++) {
        if (p.data[i] == '\\' && i + 1 < p.len) {
            found |= (unsigned char)p.data[++i] == byte;
        } else if (i + 2 < p.len && p.data[i + 1] == '-') {
            unsigned char low = (unsigned char)p.data[i], high = (unsigned char)p.data[i + 2];
            found |= low <= high ? low <= byte && byte <= high : high <= byte && byte <= low;
            i += 2;
        } else {
            found |= (unsigned char)p.data[i] == byte;
        }
    }
    *ret_len = i < p.len ? i + 1 : p.len; /* a class that nobody closed ends with the pattern */
    return found != negates;
}

static bool element_has(slice p, unsigned char byte, size_t *ret_len)
{
    *ret_len = 1;
    if (p.data[0] == '?')
        return true;
    if (p.data[0] == '[')
        return class_has(p, byte, ret_len);
    if (p.data[0] == '\\' && p.len > 1) {
        *ret_len = 2;
        return (unsigned char)p.data[1] == byte;
    }
    return (unsigned char)p.data[0] == byte;
}

static slice rest_of(slice s, size_t from)
{
    return (slice){s.data + from, s.len - from};
}

bool slice_matches(slice s, slice pattern)
{
    size_t at = 0, p = 0, len;
    size_t star = SIZE_MAX, tried = 0; /* behind the last star; where its rest was tried to begin */

    while (at < s.len) {
        if (p < pattern.len && pattern.data[p] == '*') {
            star = ++p;
            tried = at;
        } else if (p < pattern.len &&
                   element_has(rest_of(pattern, p), (unsigned char)s.data[at], &len)) {
            p += len;
            at++;
        } else if (star != SIZE_MAX) {
            p = star;
            at = ++tried;
        } else {
            return false;
        }
    }
    while (p < pattern.len && pattern.data[p] == '*')
        p++;
    return p == pattern.len;
}
