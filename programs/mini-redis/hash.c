/* hash.c: SipHash-1-3, by its paper (Aumasson, Bernstein: SipHash, a fast short-input PRF). */
#include "hash.h"

#include <errno.h>
#include <sys/random.h>

typedef struct sip {
    uint64_t a, b, c, d;
} sip;

static uint64_t secret[2];

int hash_begin(void)
{
    return getrandom(secret, sizeof secret, 0) == sizeof secret ? 0 : -errno;
}

static inline uint64_t turned(uint64_t x, unsigned bits)
{
    return x << bits | x >> (64 - bits);
}

static inline void sip_round(sip *s)
{
    s->a += s->b;
    s->c += s->d;
    s->b = turned(s->b, 13) ^ s->a;
    s->d = turned(s->d, 16) ^ s->c;
    s->a = turned(s->a, 32);
    s->c += s->b;
    s->a += s->d;
    s->b = turned(s->b, 17) ^ s->c;
    s->d = turned(s->d, 21) ^ s->a;
    s->c = turned(s->c, 32);
}

static inline void sip_word(sip *s, uint64_t word)
{
    s->d ^= word;
    sip_round(s);
    s->a ^= word;
}

uint64_t hash_of(slice s)
{
    sip state = {secret[0] ^ UINT64_C(0x736f6d6570736575), secret[1] ^ UINT64_C(0x646f72616e646f6d),
                 secret[0] ^ UINT64_C(0x6c7967656e657261),
                 secret[1] ^ UINT64_C(0x7465646279746573)};
    uint64_t word, last = (uint64_t)s.len << 56;
    size_t at = 0;

    for (; at + sizeof word <= s.len; at += sizeof word) {
        memcpy(&word, s.data + at, sizeof word);
        sip_word(&state, word);
    }
    for (unsigned bits = 0; at < s.len; at++, bits += 8)
        last |= (uint64_t)(unsigned char)s.data[at] << bits;
    sip_word(&state, last);
    state.c ^= 0xff;
    for (int i = 0; i < 3; i++)
        sip_round(&state);
    return state.a ^ state.b ^ state.c ^ state.d;
}
