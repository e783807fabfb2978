/* fields.h: a hash's fields and their values, in the order in which they came. */
#ifndef FIELDS_H
#define FIELDS_H

#include "blob.h"
#include "table.h"

typedef struct field {
    node node; /**< its key is the field's name */
    struct field *older, *newer;
    blob value;
} field;

/** Zeros are an empty one. */
typedef struct fields {
    table table;
    field *oldest, *newest;
} fields;

void fields_free(fields *f);
size_t fields_count(const fields *f);
/** The field; NULL: there is none. */
field *fields_find(const fields *f, slice name);
/** The field, which is made empty if there is none. 0; -ENOMEM. */
int fields_obtain(fields *f, slice name, field **ret_field, bool *ret_is_new);
void fields_remove(fields *f, field *gone);

#endif
