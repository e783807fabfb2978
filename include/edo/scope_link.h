/*
 * edo/scope_link.h: a link of what surrounds the running code of a task: scopes and values that are the
 * task's own. Private to edo: it lies where they lie, so that entering one allocates nothing.
 */
#ifndef EDO_SCOPE_LINK_H
#define EDO_SCOPE_LINK_H

#include <edo/macros.h>

EDO_BEGIN_DECLS

struct edo_task_header;

typedef struct edo_scope_link {
    struct edo_scope_link *outer;
    struct edo_task_header *task; /**< whose; NULL: not entered */
    uint32_t kind;                /**< enum scope_kind */
} edo_scope_link;

EDO_END_DECLS

#endif
