/* io/utf8.h: whether bytes are UTF-8. */
#ifndef IO_UTF8_H
#define IO_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* As RFC 3629 has it: the shortest form of each, no surrogates, nothing over U+10FFFF. */
bool utf8_is_valid(const unsigned char *data, size_t len);

#endif
