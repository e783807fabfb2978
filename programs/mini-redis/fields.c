/* fields.c: a table of fields, and a list that keeps their order. */
#include "fields.h"

#include <errno.h>
#include <stdlib.h>

#include "hash.h"

static void field_free(field *f)
{
    blob_free(&f->value);
    free(f);
}

void fields_free(fields *f)
{
    for (field *at = f->oldest, *next; at; at = next) {
        next = at->newer;
        field_free(at);
    }
    table_fini(&f->table);
    f->oldest = f->newest = NULL;
}

size_t fields_count(const fields *f)
{
    return f->table.len;
}

field *fields_find(const fields *f, slice name)
{
    return (field *)table_find(&f->table, name, hash_of(name));
}

/* The name's bytes lie behind the field. */
static field *field_new(slice name, uint64_t hash)
{
    field *f = malloc(sizeof *f + name.len);

    if (!f)
        return NULL;
    char *copy = (char *)(f + 1);
    if (name.len)
        memcpy(copy, name.data, name.len);
    *f = (field){.node = {.hash = hash, .key = {copy, name.len}}};
    return f;
}

static void link_newest(fields *f, field *made)
{
    made->older = f->newest;
    if (f->newest)
        f->newest->newer = made;
    else
        f->oldest = made;
    f->newest = made;
}

int fields_obtain(fields *f, slice name, field **ret_field, bool *ret_is_new)
{
    uint64_t hash = hash_of(name);
    field *found = (field *)table_find(&f->table, name, hash);

    *ret_is_new = !found;
    if (found) {
        *ret_field = found;
        return 0;
    }
    field *made = field_new(name, hash);
    if (!made || table_insert(&f->table, &made->node) < 0) {
        free(made);
        return -ENOMEM;
    }
    link_newest(f, made);
    *ret_field = made;
    return 0;
}

void fields_remove(fields *f, field *gone)
{
    table_remove(&f->table, &gone->node);
    *(gone->older ? &gone->older->newer : &f->oldest) = gone->newer;
    *(gone->newer ? &gone->newer->older : &f->newest) = gone->older;
    field_free(gone);
}
