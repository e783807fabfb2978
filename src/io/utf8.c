/*
 * utf8.c: whether bytes are UTF-8.
 *
 * Only the second byte depends on the first: its range leaves out longer forms of shorter characters, the
 * surrogates, and what is past the last code point (the table of RFC 3629).
 */
#include "io/utf8.h"

#include <stdint.h>
#include <string.h>

/* Bytes of the character that begins with `first`, and the range of its second; 0: none does. */
static unsigned shape(unsigned char first, unsigned char *low, unsigned char *high)
{
    *low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
    *high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
    if (first < 0x80)
        return 1;
    if (first < 0xc2 || first > 0xf4)
        return 0;
    return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

static size_t ascii_len(const unsigned char *data, size_t len)
{
    size_t i = 0;
    uint64_t word;

    for (; len - i >= sizeof word; i += sizeof word) {
        memcpy(&word, data + i, sizeof word);
        if (word & 0x8080808080808080u)
            break;
    }
    while (i < len && data[i] < 0x80)
        i++;
    return i;
}

bool utf8_is_valid(const unsigned char *data, size_t len)
{
    unsigned char low, high;

    for (size_t i = 0; i < len;) {
        i += ascii_len(data + i, len - i);
        if (i == len)
            break;
        unsigned n = shape(data[i], &low, &high);
        if (n == 0 || n > len - i || data[i + 1] < low || data[i + 1] > high)
            return false;
        for (unsigned j = 2; j < n; j++)
            if ((data[i + j] & 0xc0) != 0x80)
                return false;
        i += n;
    }
    return true;
}
