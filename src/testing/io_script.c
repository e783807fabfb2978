/* io_script.c: the steps of a mocked stream, and how transfers go through them. */
#include "testing/io_script.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <edo/time.h>

void io_script_init(io_script *s)
{
    *s = (io_script){.waits_for = SIZE_MAX};
}

static int copy_data(edo_mock_step *is)
{
    void *copy = malloc(is->len);

    if (!copy)
        return -ENOMEM;
    memcpy(copy, is->data, is->len);
    is->data = copy;
    return 0;
}

static bool is_good(const edo_mock_step *is)
{
    switch (is->kind) {
    case EDO_MOCK_READ:
    case EDO_MOCK_WRITE:
        return is->data || !is->len;
    case EDO_MOCK_WAIT:
        return true;
    case EDO_MOCK_READ_ERROR:
    case EDO_MOCK_WRITE_ERROR:
        return is->error < 0;
    }
    return false;
}

static bool has_bytes(const edo_mock_step *is)
{
    return is->kind == EDO_MOCK_READ || is->kind == EDO_MOCK_WRITE;
}

int io_script_append(io_script *s, edo_mock_step is)
{
    if (!is_good(&is))
        return -EINVAL;
    if (has_bytes(&is) && is.len == 0)
        return 0;
    if (s->count == s->room) {
        size_t room = s->room ? 2 * s->room : 8;
        io_step *steps = realloc(s->steps, room * sizeof *steps);
        if (!steps)
            return -ENOMEM;
        s->steps = steps;
        s->room = room;
    }
    if (has_bytes(&is) && copy_data(&is) < 0)
        return -ENOMEM;
    s->steps[s->count++] = (io_step){.is = is};
    return 0;
}

void io_script_fini(io_script *s)
{
    for (size_t i = 0; i < s->count; i++)
        if (has_bytes(&s->steps[i].is))
            free((void *)(uintptr_t)s->steps[i].is.data);
    free(s->steps);
}

/* The first step that isn't over. */
static size_t front(const io_script *s)
{
    size_t i = 0;

    while (i < s->count && s->steps[i].over)
        i++;
    return i;
}

size_t io_script_left(const io_script *s, size_t *ret_first)
{
    size_t left = 0;

    for (size_t i = s->count; i-- > 0;) {
        if (has_bytes(&s->steps[i].is) && !s->steps[i].over) {
            left++;
            *ret_first = i;
        }
    }
    return left;
}

static edo_poll answer(edo_transfer *t, int64_t result)
{
    t->result = result;
    return EDO_READY;
}

/* The step in front is a wait. */
static edo_poll sleep_for(io_script *s, size_t at, io_outcome *out)
{
    edo_duration span = s->steps[at].is.wait;

    if (s->waits_for != at) {
        s->waits_for = at;
        s->wait_ends = edo_instant_add(edo_now(), span.ns ? span : EDO_MILLIS(1));
    }
    out->sleeps = true;
    return EDO_PENDING;
}

edo_poll io_script_read(io_script *s, edo_transfer *t, io_outcome *out)
{
    size_t at = front(s);
    io_step *step = s->steps + at;

    if (at == s->count)
        return s->is_open ? EDO_PENDING : answer(t, 0);
    if (step->is.kind == EDO_MOCK_WAIT)
        return sleep_for(s, at, out);
    if (step->is.kind == EDO_MOCK_READ_ERROR) {
        step->over = out->progress = true;
        return answer(t, step->is.error);
    }
    if (step->is.kind != EDO_MOCK_READ)
        return EDO_PENDING;
    size_t left = step->is.len - step->done, n = t->len < left ? t->len : left;
    memcpy(t->buf, (const char *)step->is.data + step->done, n);
    step->done += n;
    step->over = out->progress = step->done == step->is.len;
    out->step = at;
    return answer(t, (int64_t)n);
}

void io_script_unread(io_script *s, size_t step, size_t len)
{
    s->steps[step].done -= len;
    s->steps[step].over = false;
}

/* Compares with a write step what was written: the bytes that it takes; 0: they differ. */
static size_t match(io_step *step, size_t at, const unsigned char *data, size_t len,
                    io_outcome *out)
{
    size_t left = step->is.len - step->done, n = len < left ? len : left;
    const unsigned char *expected = (const unsigned char *)step->is.data + step->done;

    if (memcmp(data, expected, n) != 0) {
        out->differs = true;
        out->difference = (io_difference){at, step->done, data, expected, len, left};
        return 0;
    }
    step->done += n;
    step->over = step->done == step->is.len;
    out->progress |= step->over;
    return n;
}

/* What a write ends with at a step that takes no bytes, if none were taken before. */
static edo_poll write_stops(io_script *s, size_t at, edo_transfer *t, io_outcome *out)
{
    io_step *step = s->steps + at;

    if (step->is.kind == EDO_MOCK_WAIT && at == front(s))
        return sleep_for(s, at, out);
    if (step->is.kind != EDO_MOCK_WRITE_ERROR)
        return EDO_PENDING;
    step->over = out->progress = true;
    return answer(t, step->is.error);
}

edo_poll io_script_write(io_script *s, edo_transfer *t, io_outcome *out)
{
    size_t done = 0;

    for (size_t at = front(s); at < s->count && done < t->len; at++) {
        io_step *step = s->steps + at;
        if (step->over || step->is.kind == EDO_MOCK_READ)
            continue;
        if (step->is.kind != EDO_MOCK_WRITE)
            return done ? answer(t, (int64_t)done) : write_stops(s, at, t, out);
        size_t n = match(step, at, (unsigned char *)t->buf + done, t->len - done, out);
        if (n == 0)
            return answer(t, -EIO);
        done += n;
    }
    if (done)
        return answer(t, (int64_t)done);
    if (s->is_open)
        return EDO_PENDING;
    out->is_unexpected = true;
    return answer(t, -EIO);
}
