/*
 * backtrace.c: a walk by the unwind tables, which every function of a usual build has.
 *
 * Why not     Frame pointers: code that was built without them (the default of -O2, and most of
 *   others    libc) would end the walk at its first frame. backtrace(3) is the same walk behind a
 *             dlopen, which allocates.
 * Signals     The unwinder finds tables by _dl_find_object, without a lock, where libc and libgcc
 *             are of 2022 or newer; in older ones it takes the loader's lock, which a thread that
 *             faults in dlopen holds already, and may take again.
 */
#include "base/backtrace.h"

#include <unwind.h>

#include "base/line.h"
#include "base/symbol.h"

#define FIRST 16 /* frames that are always shown */
#define LAST 8   /* and of a deeper walk */
#define MOST 1000000

typedef struct walk {
    uintptr_t from; /* not reached yet; 0: reached */
    uint64_t count;
    uintptr_t last[LAST]; /* a ring */
    symbol_file file;
} walk;

void backtrace_write_frame(symbol_file *file, uint64_t number, uintptr_t pc)
{
    line l = {0};
    symbol s;

    symbol_find(file, pc, &s);
    line_add(&l, "  #");
    line_add_number(&l, number);
    line_add(&l, " ");
    if (s.function) {
        line_add(&l, s.function);
        line_add(&l, "+");
        line_add_hex(&l, s.into);
        line_add(&l, " ");
    }
    line_add(&l, "(");
    if (s.path) {
        line_add(&l, s.path);
        line_add(&l, "+");
    }
    line_add_hex(&l, s.offset);
    line_add(&l, ")");
    line_write(&l);
}

static _Unwind_Reason_Code visit(struct _Unwind_Context *context, void *arg)
{
    walk *w = arg;
    uintptr_t pc = _Unwind_GetIP(context);

    if (pc == 0 || w->count == MOST)
        return _URC_NORMAL_STOP;
    if (w->from && pc != w->from)
        return _URC_NO_REASON;
    /* A caller goes on after its call, which may be another function, or line. */
    if (!w->from)
        pc--;
    w->from = 0;
    if (w->count < FIRST)
        backtrace_write_frame(&w->file, w->count, pc);
    w->last[w->count++ % LAST] = pc;
    return _URC_NO_REASON;
}

static void write_last(walk *w)
{
    uint64_t next = FIRST;

    if (w->count > FIRST + LAST) {
        line l = {0};
        next = w->count - LAST;
        line_add(&l, "  ... ");
        line_add_number(&l, next - FIRST);
        line_add(&l, " more ...");
        line_write(&l);
    }
    for (; next < w->count; next++)
        backtrace_write_frame(&w->file, next, w->last[next % LAST]);
}

void backtrace_write(uintptr_t from)
{
    walk w = {.from = from};

    _Unwind_Backtrace(visit, &w);
    write_last(&w);
    symbol_file_close(&w.file);
}

typedef struct taken {
    uintptr_t from; /* as in a walk */
    uintptr_t *pcs;
    unsigned count, room;
} taken;

static _Unwind_Reason_Code take(struct _Unwind_Context *context, void *arg)
{
    taken *t = arg;
    uintptr_t pc = _Unwind_GetIP(context);

    if (pc == 0 || t->count == t->room)
        return _URC_NORMAL_STOP;
    if (t->from && pc != t->from)
        return _URC_NO_REASON;
    t->pcs[t->count++] = t->from ? pc : pc - 1;
    t->from = 0;
    return _URC_NO_REASON;
}

unsigned backtrace_take(uintptr_t from, uintptr_t *pcs, unsigned room)
{
    taken t = {.from = from, .pcs = pcs, .room = room};

    _Unwind_Backtrace(take, &t);
    return t.count;
}

static _Unwind_Reason_Code stop(struct _Unwind_Context *context, void *arg)
{
    (void)context, (void)arg;
    return _URC_NORMAL_STOP;
}

/* The first walk of a process loads and sorts what the later ones look at. */
void backtrace_prepare(void)
{
    _Unwind_Backtrace(stop, NULL);
}
