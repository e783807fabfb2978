/* join_queue.c: tasks that are joined in the order in which they were spawned. */
#include <edo/join_queue.h>

#include <errno.h>

#include "await/await.h"
#include "task/members.h"

struct edo_join_queue {
    members all;
};

static members *members_of(const edo_join_queue *queue)
{
    return queue ? (members *)&queue->all : NULL;
}

int edo_join_queue_new(edo_join_queue **ret_queue)
{
    members *all;

    if (!ret_queue)
        return -EINVAL;
    int rc = members_new(sizeof(edo_join_queue), sizeof(member), NULL, &all);
    if (rc < 0)
        return rc;
    all->in_order = true;
    *ret_queue = container_of(all, edo_join_queue, all);
    return 0;
}

void edo_join_queue_free(edo_join_queue *queue)
{
    if (queue)
        members_free(&queue->all);
}

static int add(edo_join_queue *queue, member **ret)
{
    if (!queue)
        return -EINVAL;
    int rc = members_take_spare(&queue->all, ret);
    if (rc == 0)
        members_add(&queue->all, *ret);
    return rc;
}

int edo_join_queue_spawn_from(const char *place, edo_join_queue *queue, const edo_spawn_opts *opts,
                              int (*fn)(void *arg), void *arg, edo_task *ret_task)
{
    member *m;
    int rc = add(queue, &m);

    return rc < 0 ? rc : members_spawn_function(&queue->all, m, place, opts, fn, arg, ret_task);
}

int edo_join_queue_spawn_future_from(const char *place, edo_join_queue *queue,
                                     const edo_spawn_opts *opts, edo_future *fut, size_t size,
                                     edo_task *ret_task)
{
    member *m;
    int rc = add(queue, &m);

    return rc < 0 ? rc : members_spawn_future(&queue->all, m, place, opts, fut, size, ret_task);
}

int edo_join_queue_spawn_blocking_from(const char *place, edo_join_queue *queue,
                                       const edo_blocking_opts *opts, int (*fn)(void *arg),
                                       void *arg, edo_task *ret_task)
{
    member *m;
    int rc = add(queue, &m);

    return rc < 0 ? rc : members_spawn_call(&queue->all, m, place, opts, fn, arg, ret_task);
}

size_t edo_join_queue_len(const edo_join_queue *queue)
{
    return queue ? members_len(&queue->all) : 0;
}

bool edo_join_queue_is_empty(const edo_join_queue *queue)
{
    return edo_join_queue_len(queue) == 0;
}

edo_join_next_future edo_join_queue_next_async(edo_join_queue *queue, edo_joined *ret)
{
    return members_next_async(members_of(queue), ret, NULL);
}

int edo_join_queue_next(edo_join_queue *queue, edo_joined *ret)
{
    edo_join_next_future next = edo_join_queue_next_async(queue, ret);

    return (int)edo_await(&next.base);
}

int edo_join_queue_try_next(edo_join_queue *queue, edo_joined *ret)
{
    return members_try_next(members_of(queue), ret, NULL);
}

int64_t edo_join_queue_join_all(edo_join_queue *queue, edo_joined *ret, size_t room,
                                size_t *ret_count)
{
    size_t count = 0;
    int rc = 1;

    if (!ret && room)
        return -EINVAL;
    while (count < room && (rc = edo_join_queue_next(queue, &ret[count])) == 1)
        count++;
    if (ret_count)
        *ret_count = count;
    return rc < 0 ? rc : (int64_t)count;
}

void edo_join_queue_abort_all(edo_join_queue *queue)
{
    if (queue)
        members_abort_all(&queue->all);
}

size_t edo_join_queue_detach_all(edo_join_queue *queue)
{
    return queue ? members_detach_all(&queue->all) : 0;
}

edo_join_shutdown_future edo_join_queue_shutdown_async(edo_join_queue *queue)
{
    return members_shutdown_async(members_of(queue));
}

int edo_join_queue_shutdown(edo_join_queue *queue)
{
    return members_shutdown(members_of(queue));
}
