/* map.c: stages that make items of others: map, filter_map, map_while. */
#include <edo/stream_combine.h>

#include "stream/stage.h"

/* The next item of the source, made into another. 1; 0: none was made, or the source has ended; an error. */
static edo_poll map_one(edo_stage *s, edo_pull *p, const edo_waker *waker)
{
    int rc = slot_need(&s->from, s->source.item);

    if (rc < 0)
        return pull_finish(p, rc);
    void *from = slot_at(&s->from, s->source.item);
    if (stage_pull(s, p, from, waker) == EDO_PENDING)
        return EDO_PENDING;
    int64_t result = s->pull.result;
    return pull_finish(p, result > 0 ? s->fn.maps(s->arg, from, p->item) : result);
}

static edo_poll map_next(void *self, edo_pull *p, const edo_waker *waker)
{
    edo_stage *s = self;

    if (stage_give_held(s, p))
        return EDO_READY;
    if (map_one(s, p, waker) == EDO_PENDING)
        return EDO_PENDING;
    if (p->result == 0 && !s->has_ended)
        p->result = 1;
    return EDO_READY;
}

static edo_poll filter_map_next(void *self, edo_pull *p, const edo_waker *waker)
{
    edo_stage *s = self;

    if (stage_give_held(s, p))
        return EDO_READY;
    do {
        if (map_one(s, p, waker) == EDO_PENDING)
            return EDO_PENDING;
    } while (p->result == 0 && !s->has_ended);
    return EDO_READY;
}

static edo_poll map_while_next(void *self, edo_pull *p, const edo_waker *waker)
{
    edo_stage *s = self;

    if (stage_give_held(s, p))
        return EDO_READY;
    if (map_one(s, p, waker) == EDO_PENDING)
        return EDO_PENDING;
    s->has_ended = p->result == 0;
    return EDO_READY;
}

static const edo_stream_ops map_ops = STAGE_OPS(map_next, stage_hint, "map");
static const edo_stream_ops filter_map_ops =
    STAGE_OPS(filter_map_next, stage_hint_upper, "filter_map");
static const edo_stream_ops map_while_ops =
    STAGE_OPS(map_while_next, stage_hint_upper, "map_while");

static edo_stream make(const edo_stream_ops *ops, edo_stage *stage, edo_stream source,
                       edo_item_map *fn, void *arg, const edo_item *item)
{
    *stage = stage_on(source, item, arg);
    stage->fn.maps = fn;
    return (edo_stream){ops, stage, item};
}

edo_stream edo_stream_map(edo_stage *stage, edo_stream source, edo_item_map *fn, void *arg,
                          const edo_item *item)
{
    return make(&map_ops, stage, source, fn, arg, item);
}

edo_stream edo_stream_filter_map(edo_stage *stage, edo_stream source, edo_item_map *fn, void *arg,
                                 const edo_item *item)
{
    return make(&filter_map_ops, stage, source, fn, arg, item);
}

edo_stream edo_stream_map_while(edo_stage *stage, edo_stream source, edo_item_map *fn, void *arg,
                                const edo_item *item)
{
    return make(&map_while_ops, stage, source, fn, arg, item);
}
