/* trace.c: the order of events that led to a failure, in the program's own words. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "engine/internal.h"

static event *next_event(void)
{
    if (!M->tracing || M->event_count == EVENTS_MAX)
        return NULL;
    event *e = &M->events[M->event_count++];
    *e = (event){.by = (uint8_t)M->self};
    return e;
}

void trace(const model_place *place, const void *addr, uint64_t value, uint64_t after,
           const message *from, bool old)
{
    event *e = next_event();

    if (!e)
        return;
    e->place = place;
    e->addr = addr;
    e->value = value;
    e->value_after = after;
    e->from = from;
    e->old = old;
}

void model_note(const char *format, ...)
{
    event *e = next_event();
    va_list args;

    if (!e)
        return;
    e->plain_note = true;
    va_start(args, format);
    vsnprintf(e->text, sizeof e->text, format, args);
    va_end(args);
}

static const char *name_of(const void *addr)
{
    for (unsigned i = 0; i < M->name_count; i++)
        if (M->names[i].addr == addr)
            return M->names[i].name;
    return NULL;
}

/* From the folder of the source on. */
const char *short_path(const char *path)
{
    const char *at = strstr(path, "/src/");

    if (at)
        return at + 5;
    at = strstr(path, "/tests/model/");
    return at ? at + 7 : path;
}

static void print_value(uint64_t value)
{
    if (value < 100000)
        printf("%" PRIu64, value);
    else
        printf("0x%" PRIx64, value);
}

static void print_event(const event *e)
{
    const char *name = e->addr ? name_of(e->addr) : NULL;

    if (e->plain_note) {
        printf("      T%u  %s\n", e->by, e->text);
        return;
    }
    printf("      T%u  %s:%d  %s", e->by, short_path(e->place->file), e->place->line,
           e->place->what);
    if (name)
        printf(" [%s]", name);
    if (e->from) {
        printf(" = ");
        print_value(e->value);
        if (e->value_after != e->value && e->value_after)
            printf(" -> "), print_value(e->value_after);
    }
    if (e->from && e->old)
        printf("   (old: stored by T%u at %s:%d; newer ones are there)", e->from->by,
               short_path(e->from->place->file), e->from->place->line);
    else if (e->old)
        printf("   (goes in before a newer store)");
    printf("\n");
}

void print_events(void)
{
    for (unsigned i = 0; i < M->event_count; i++)
        print_event(&M->events[i]);
    if (M->event_count == EVENTS_MAX)
        printf("      ...\n");
}
