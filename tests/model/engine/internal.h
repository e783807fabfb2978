/*
 * engine/internal.h: the checker's own state.
 *
 * All of it lies in memory of its own behind `M`: the program's data and the region below are put
 * back to what they were before each run. The engine isn't instrumented.
 */
#ifndef MODEL_ENGINE_INTERNAL_H
#define MODEL_ENGINE_INTERNAL_H

#include <setjmp.h>

#include "engine/atomics.h"
#include "engine/model.h"

#define THREADS (MODEL_THREADS_MAX + 1) /* 0 sets up and checks */
#define LOCS_MAX 256
#define MESSAGES_MAX 8192
#define ORDER_MAX 2048 /* stores to one place */
#define CHOICES_MAX 8192
#define EVENTS_MAX 40000
#define OBJECTS_MAX 128
#define STACK_BYTES ((size_t)128 << 10)
#define REGION_BYTES ((size_t)16 << 20)

/* --- views: what a thread knows ----------------------------------------------------------- */

typedef uint16_t msg_id; /* 0: none */

/* What has happened before: how many events of each thread, and the newest store of each place that
 * one must not read behind. */
typedef struct view {
    uint16_t clock[THREADS];
    uint16_t locs; /* entries of `seen` that are filled in */
    msg_id seen[LOCS_MAX];
} view;

typedef struct message {
    uint64_t value;
    uint64_t hash;
    uint16_t pos; /* in its place's order */
    uint8_t by;
    bool has_successor; /* a read-modify-write reads it: nothing comes between */
    bool is_lazy;       /* a plain store: the value is what memory holds */
    const model_place *place;
    view view; /* what an acquire gets */
} message;

typedef struct location {
    const void *addr;
    const model_place *last; /* that named it */
    uint8_t size;
    bool shared; /* more than one thread touches it in some run */
    uint8_t touched_by;
    uint16_t count;
    msg_id order[ORDER_MAX]; /* oldest first */
    uint64_t hash;
    msg_id sc; /* newest store that a seq_cst operation has seen */
} location;

/* --- threads ------------------------------------------------------------------------------ */

enum status { ABSENT, READY, WAITING, ENDED };

typedef struct thread_state {
    enum status status;
    void *sp;
    void (*fn)(void);
    void *(*start)(void *arg); /* or this, when started by thread_start */
    void *arg, *result;
    bool (*ready)(void *arg); /* WAITING: until it is true */
    void *ready_arg;
    const void *wait_addr; /* part of the state's hash */
    uint64_t deadline;     /* UINT64_MAX: none */
    bool timed_out;
    bool is_daemon;
    bool is_spinning;           /* WAITING in a pause: goes on as well when nobody else can */
    const uint32_t *futex_word; /* on which it sleeps */
    uint64_t futex_place;       /* in the row of sleepers; 0: awake */
    const char *why;
    const model_place *at;
    uint64_t hash; /* of its whole causal past */
    bool was_weak; /* read something old since its last pause */
    uint64_t pause_writes;
    view now;     /* what it knows */
    view acquire; /* what an acquire fence would add */
    view release; /* as of its last release fence */
    view barrier; /* as of its last compiler barrier */
    view pending; /* what a membarrier left for its next compiler barrier */
    bool has_pending;
    uint64_t barrier_hash;
    void *locals; /* thread-local variables: see model_thread_local */
} thread_state;

/* A thing that isn't an atomic: a modelled lock, eventfd, sleeping queue. */
typedef struct object {
    const void *addr;
    uint64_t hash;
    view view;
    uint64_t state;
    uint8_t owner;
    uint8_t touched_by;
    bool shared;
} object;

typedef struct choice {
    uint16_t n, chosen;
} choice;

typedef struct event {
    uint8_t by;
    const model_place *place;
    const void *addr;
    uint64_t value, value_after;
    const message *from; /* read */
    bool old;            /* and a newer one was there */
    bool plain_note;
    char text[96];
} event;

struct cache_entry;
struct shadow;

typedef struct engine {
    /* This scenario's. */
    const model_scenario *scenario;
    unsigned preemptions_max, weak_max;
    unsigned thread_count; /* of the scenario's own */
    uint64_t runs, pruned, states, steps_total;
    bool restart; /* a place turned out to be shared */
    struct {
        const void *addr;
    } shared[LOCS_MAX * 4];
    unsigned shared_count, shared_before; /* the present run */
    struct {
        const char *start;
        size_t size;
    } ignored[64];
    unsigned ignored_count;
    struct {
        const void *addr;
        const char *name;
    } names[128];
    unsigned name_count;
    char outcomes[64][48];
    unsigned outcome_count;

    /* The search. */
    choice path[CHOICES_MAX];
    unsigned depth, length; /* of the present run; of the path to replay */
    struct cache_entry *cache;
    size_t cache_used;

    /* The present run's. */
    uint64_t run; /* its number, which tells old entries of tables */
    bool active;  /* threads run: accesses count */
    bool tracing;
    bool failed, cut;
    char failure[1024];
    unsigned preemptions, weak;
    unsigned steps;
    unsigned self;
    thread_state threads[THREADS];
    location locs[LOCS_MAX];
    unsigned loc_count;
    struct {
        uint64_t run;
        const void *addr;
        uint16_t index;
    } loc_table[4096];
    message messages[MESSAGES_MAX];
    unsigned message_count;
    object objects[OBJECTS_MAX];
    unsigned object_count;
    uint64_t memory_hash, sc_hash, object_hash;
    view sc;
    uint64_t writes;
    uint64_t clock_ns;
    uint64_t wait_count;
    event *events;
    unsigned event_count;
    void *engine_sp;
    sigjmp_buf crash;

    /* Memory. */
    char *region;
    size_t region_used;
    char *data_start, *data_copy;
    size_t data_size;
    struct shadow *shadow, *data_shadow;
} engine;

extern engine *M;

static inline thread_state *me(void)
{
    return &M->threads[M->self];
}

static inline uint64_t mix(uint64_t a, uint64_t b)
{
    uint64_t x = (a ^ (b + UINT64_C(0x9e3779b97f4a7c15) + (a << 6) + (a >> 2))) *
                 UINT64_C(0xff51afd7ed558ccd);

    return x ^ x >> 32;
}

/* An address as hashes have it: the same in each run of the program. */
uint64_t stable(const void *addr);

/* explore.c */
unsigned choose(unsigned n);
bool beyond_replay(void);
bool seen_before(uint64_t key);
bool next_path(void);
void forget_states(void);

/* threads.c */
/* Before an operation that others may notice: any thread may go first. */
void point(const model_place *place);
/* The running thread waits; returns when it is chosen again. False: its deadline passed. */
bool wait_for(bool (*ready)(void *arg), void *arg, const void *addr, uint64_t deadline,
              const char *why, const model_place *place);
void run_threads(void);
unsigned thread_add(void (*fn)(void), void *(*start)(void *arg), void *arg);
void end_run(void) __attribute__((noreturn));

/* memory.c */
void memory_begin(void);
void view_join(view *into, const view *from);
bool view_has(const view *v, unsigned by, uint16_t clock);
void tick(void);
void fence_all(void);
/* A plain store reaches a place that is atomic as well. */
void plain_store(unsigned loc);
/* The index of the location at addr, or LOCS_MAX. */
unsigned location_find(const void *addr);
location *touch(const void *addr, size_t size, const model_place *place);
bool is_ignored(const void *addr);
/* Whether accesses to it are choices; notes that this thread touches it. */
bool is_shared(const void *addr, uint8_t *touched_by, bool *shared);

/* objects.c */
object *object_at(const void *addr);
void object_event(object *o, uint64_t what);

/* race.c */
void race_init(void);
void race_begin(void);
void race_atomic(const void *addr, size_t size, bool write, const model_place *place);
void race_note_location(const void *addr, unsigned index);
void race_freed(const void *addr, size_t size, const void *pc);
bool in_region(const void *addr);

/* region.c */
void region_init(void);
void region_reset(void);
void *region_take(size_t size, size_t align);

/* trace.c */
void trace(const model_place *place, const void *addr, uint64_t value, uint64_t after,
           const message *from, bool old);
void print_events(void);
const char *short_path(const char *path);

#endif
