/* inherit.c: values for a new task: clones, made by whoever spawns it, and destroyed at its end. */
#include "sched/inherit.h"

#include <errno.h>
#include <stdlib.h>

static const edo_task_binding *value_of(const edo_scope_link *link)
{
    return link->kind == SCOPE_VALUE ? container_of((edo_scope_link *)link, edo_task_binding, link)
                                     : NULL;
}

/* An outer binding of a key that an inner one hides is none. */
static bool is_hidden(const edo_scope_link *innermost, const edo_scope_link *link,
                      const edo_task_local *key)
{
    for (const edo_scope_link *inner = innermost; inner != link; inner = inner->outer)
        if (inner->kind == SCOPE_VALUE && value_of(inner)->key == key)
            return true;
    return false;
}

static bool is_inherited(const edo_scope_link *innermost, const edo_scope_link *link)
{
    const edo_task_binding *binding = value_of(link);

    return binding && binding->key->clone && !binding->taken &&
           !is_hidden(innermost, link, binding->key);
}

static size_t count_inherited(const edo_scope_link *innermost)
{
    size_t count = 0;

    for (const edo_scope_link *link = innermost; link; link = link->outer)
        count += is_inherited(innermost, link);
    return count;
}

static void destroy_value(const edo_task_binding *binding)
{
    if (binding->key->destroy)
        binding->key->destroy(binding->value);
}

void inherited_free(inherited *all)
{
    for (size_t i = all ? all->count : 0; i > 0; i--)
        destroy_value(&all->bindings[i - 1]);
    free(all);
}

int inherited_new(const thread *self, inherited **ret)
{
    edo_scope_link **chain = scope_chain(self);
    const edo_scope_link *innermost = chain ? *chain : NULL;
    size_t count = count_inherited(innermost);

    *ret = NULL;
    if (count == 0)
        return 0;
    inherited *all = malloc(sizeof *all + count * sizeof *all->bindings);
    if (!all)
        return -ENOMEM;
    all->count = 0;
    for (const edo_scope_link *link = innermost; link; link = link->outer) {
        if (!is_inherited(innermost, link))
            continue;
        const edo_task_binding *of = value_of(link);
        void *value = of->key->clone(of->value);
        if (!value) {
            inherited_free(all);
            return -ENOMEM;
        }
        all->bindings[all->count++] = (edo_task_binding){.key = of->key, .value = value};
    }
    *ret = all;
    return 0;
}

void inherited_enter(task *t, inherited *all)
{
    t->extra->inherited = all;
    for (size_t i = 0; i < all->count; i++)
        scope_push(t, &all->bindings[i].link, SCOPE_VALUE);
}

void inherited_leave(task *t)
{
    inherited *all = t->extra ? t->extra->inherited : NULL;

    if (!all)
        return;
    t->extra->inherited = NULL;
    for (size_t i = all->count; i > 0; i--) {
        t->scope = all->bindings[i - 1].link.outer; /* the others are still there */
        destroy_value(&all->bindings[i - 1]);
    }
    free(all);
}
