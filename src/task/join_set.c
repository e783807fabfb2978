/* join_set.c: tasks that are joined in the order in which they end. */
#include <edo/join_set.h>

#include <errno.h>

#include "await/await.h"
#include "task/members.h"

struct edo_join_set {
    members all;
};

static members *members_of(const edo_join_set *set)
{
    return set ? (members *)&set->all : NULL;
}

int edo_join_set_new(edo_join_set **ret_set)
{
    members *all;

    if (!ret_set)
        return -EINVAL;
    int rc = members_new(sizeof(edo_join_set), sizeof(member), NULL, &all);
    if (rc < 0)
        return rc;
    *ret_set = container_of(all, edo_join_set, all);
    return 0;
}

void edo_join_set_free(edo_join_set *set)
{
    if (set)
        members_free(&set->all);
}

static int add(edo_join_set *set, member **ret)
{
    if (!set)
        return -EINVAL;
    int rc = members_take_spare(&set->all, ret);
    if (rc == 0)
        members_add(&set->all, *ret);
    return rc;
}

int edo_join_set_spawn_from(const char *place, edo_join_set *set, const edo_spawn_opts *opts,
                            int (*fn)(void *arg), void *arg, edo_task *ret_task)
{
    member *m;
    int rc = add(set, &m);

    return rc < 0 ? rc : members_spawn_function(&set->all, m, place, opts, fn, arg, ret_task);
}

int edo_join_set_spawn_future_from(const char *place, edo_join_set *set, const edo_spawn_opts *opts,
                                   edo_future *fut, size_t size, edo_task *ret_task)
{
    member *m;
    int rc = add(set, &m);

    return rc < 0 ? rc : members_spawn_future(&set->all, m, place, opts, fut, size, ret_task);
}

int edo_join_set_spawn_blocking_from(const char *place, edo_join_set *set,
                                     const edo_blocking_opts *opts, int (*fn)(void *arg), void *arg,
                                     edo_task *ret_task)
{
    member *m;
    int rc = add(set, &m);

    return rc < 0 ? rc : members_spawn_call(&set->all, m, place, opts, fn, arg, ret_task);
}

size_t edo_join_set_len(const edo_join_set *set)
{
    return set ? members_len(&set->all) : 0;
}

bool edo_join_set_is_empty(const edo_join_set *set)
{
    return edo_join_set_len(set) == 0;
}

edo_join_next_future edo_join_set_next_async(edo_join_set *set, edo_joined *ret)
{
    return members_next_async(members_of(set), ret, NULL);
}

int edo_join_set_next(edo_join_set *set, edo_joined *ret)
{
    edo_join_next_future next = edo_join_set_next_async(set, ret);

    return (int)edo_await(&next.base);
}

int edo_join_set_try_next(edo_join_set *set, edo_joined *ret)
{
    return members_try_next(members_of(set), ret, NULL);
}

void edo_join_set_abort_all(edo_join_set *set)
{
    if (set)
        members_abort_all(&set->all);
}

size_t edo_join_set_detach_all(edo_join_set *set)
{
    return set ? members_detach_all(&set->all) : 0;
}

edo_join_shutdown_future edo_join_set_shutdown_async(edo_join_set *set)
{
    return members_shutdown_async(members_of(set));
}

int edo_join_set_shutdown(edo_join_set *set)
{
    return members_shutdown(members_of(set));
}
