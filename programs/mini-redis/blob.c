/* blob.c: bytes of a value. */
#include "blob.h"

#include <errno.h>
#include <stdlib.h>

void blob_free(blob *b)
{
    free(b->data);
    *b = (blob){.len = 0};
}

static int make_room(blob *b, size_t room)
{
    char *data = realloc(b->data, room);

    if (!data)
        return -ENOMEM;
    b->data = data;
    b->room = room;
    return 0;
}

int blob_set(blob *b, slice s)
{
    bool fits = s.len <= b->room && (b->room <= 64 || s.len >= b->room / 4);

    if (!fits && s.len == 0)
        blob_free(b);
    else if (!fits && make_room(b, s.len) < 0)
        return -ENOMEM;
    if (s.len)
        memcpy(b->data, s.data, s.len);
    b->len = s.len;
    return 0;
}

int blob_resize(blob *b, size_t len)
{
    if (len > b->room) {
        size_t doubled = b->room < ((size_t)1 << 20) ? b->room * 2 : b->room + ((size_t)1 << 20);
        int rc = make_room(b, len > doubled ? len : doubled);
        if (rc < 0)
            return rc;
    }
    if (len > b->len)
        memset(b->data + b->len, 0, len - b->len);
    b->len = len;
    return 0;
}
