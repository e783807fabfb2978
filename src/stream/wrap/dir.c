/* wrap/dir.c: what is in a folder as a stream. */
#include "stream/wrapped.h"

void edo_dir_entry_fini(edo_dir_entry *entry)
{
    free((char *)(uintptr_t)entry->path);
    entry->path = entry->name = NULL;
}

static void end_entry(void *item)
{
    edo_dir_entry_fini(item);
}

/* A copy with texts of its own; the name is the end of the path. 1 or -ENOMEM. */
static int copy(const edo_dir_entry *from, edo_dir_entry *to)
{
    size_t len = strlen(from->path);
    char *path = strdup(from->path);

    if (!path)
        return -ENOMEM;
    *to = *from;
    to->path = path;
    to->name = path + len - strlen(from->name);
    return 1;
}

static edo_poll dir_next(void *self, edo_pull *p, const edo_waker *waker)
{
    edo_dir_items *w = self;

    if (w->wrapped.has_ended)
        return pull_finish(p, 0);
    if (!p->begun)
        w->next = edo_dir_next_async(w->dir, &w->entry);
    if (wrapped_poll(&w->wrapped, &w->next.base, p, waker, false) == EDO_PENDING)
        return EDO_PENDING;
    w->wrapped.has_ended = p->result == 0;
    if (p->result <= 0)
        return EDO_READY;
    int rc = copy(&w->entry, p->item);
    if (rc < 0)
        edo_future_put_back(&w->next.base);
    return pull_finish(p, rc);
}

static int dir_put_back(void *self, edo_pull *p)
{
    int rc = wrapped_put_back(self, p);

    if (rc == 0)
        edo_dir_entry_fini(p->item);
    return rc;
}

edo_dir *edo_dir_items_take(edo_dir_items *items)
{
    edo_dir *dir = items->dir;

    items->dir = NULL;
    items->wrapped.has_ended = true;
    return dir;
}

static void dir_release(void *self)
{
    edo_dir_close(edo_dir_items_take(self));
}

edo_stream edo_stream_of_dir(edo_dir_items *items, edo_dir *dir)
{
    static const edo_item entry = {
        .size = sizeof(edo_dir_entry), .align = _Alignof(edo_dir_entry), .destroy = end_entry};
    static const edo_stream_ops ops = {
        .next = dir_next,
        .cancel = wrapped_cancel,
        .put_back = dir_put_back,
        .is_done = wrapped_is_done,
        .release = dir_release,
        .name = "dir",
    };

    *items = (edo_dir_items){.dir = dir};
    return (edo_stream){&ops, items, &entry};
}
