/* hash.h: hashes of keys that a client can't foresee, and so can't make all alike. */
#ifndef HASH_H
#define HASH_H

#include "slice.h"

/** Draws the secret. Once, before the first hash; until then it is zeros. 0; a negative errno. */
int hash_begin(void);
uint64_t hash_of(slice s);

#endif
