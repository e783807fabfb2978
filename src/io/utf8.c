/*
 * utf8.c: whether bytes are UTF-8.
 *
 * Only the second byte depends on the first: its range leaves out longer forms of shorter characters, the
 * surrogates, and what is past the last code point (the table of RFC 3629).
 */
#include "io/utf8.h"

#include <stdint.h>
#include <string.h>

/* Bytes of the character that begins with `first`, no ASCII, and the range of its second; 0: none does. */
static unsigned shape(unsigned char first, unsigned char *low, unsigned char *high)
{
    *low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
    *high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
    if (first < 0xc2 || first > 0xf4)
        return 0;
    return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

#define SHORT 256 /* of which the whole is looked at before it is known that it is no ASCII */
#define HIGH_BITS 0x8080808080808080u

/* Whether all of it is ASCII: eight bytes at a time, the last of them perhaps twice. */
static bool is_ascii(const unsigned char *data, size_t len)
{
    uint64_t word, seen = 0;

    if (len < sizeof word) {
        unsigned char bytes = 0;
        for (size_t i = 0; i < len; i++)
            bytes |= data[i];
        return bytes < 0x80;
    }
    for (size_t i = 0; i < len - sizeof word; i += sizeof word) {
        memcpy(&word, data + i, sizeof word);
        seen |= word;
    }
    memcpy(&word, data + len - sizeof word, sizeof word);
    return !((seen | word) & HIGH_BITS);
}

static size_t ascii_len(const unsigned char *data, size_t len)
{
    size_t i = 0;
    uint64_t word;

    for (; len - i >= sizeof word; i += sizeof word) {
        memcpy(&word, data + i, sizeof word);
        if (word & HIGH_BITS)
            break;
    }
    while (i < len && data[i] < 0x80)
        i++;
    return i;
}

bool utf8_is_valid(const unsigned char *data, size_t len)
{
    unsigned char low, high;

    if (len <= SHORT && is_ascii(data, len))
        return true;
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
