/* main.c: runs a program's scenarios, clean or with a planted bug, and says what was seen. */
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "engine/internal.h"

/* Of a scenario, as it may hang: far more than any takes, on a slow machine as well. */
#define SECONDS_MAX 600

engine *M;
int model_bug;

/* --- one run ------------------------------------------------------------------------------ */

void model_fail(const char *format, ...)
{
    va_list args;

    if (!M->failed) {
        va_start(args, format);
        vsnprintf(M->failure, sizeof M->failure, format, args);
        va_end(args);
    }
    M->failed = true;
    if (M->active)
        end_run();
    siglongjmp(M->crash, 1); /* in setup or check */
}

static void on_crash(int signo, siginfo_t *info, void *context)
{
    (void)context;
    if (!M->failed)
        snprintf(M->failure, sizeof M->failure, "%s at address %p, in T%u",
                 signo == SIGABRT ? "abort" : "a crash", info->si_addr, M->self);
    M->failed = true;
    siglongjmp(M->crash, 1);
}

static void begin_run(void)
{
    M->run++;
    M->depth = 0;
    M->failed = M->cut = M->active = false;
    M->preemptions = M->weak = M->steps = 0;
    M->self = 0;
    M->clock_ns = UINT64_C(1000000000);
    M->wait_count = 0;
    M->event_count = 0;
    M->name_count = M->ignored_count = 0;
    for (unsigned i = 0; i < THREADS; i++) {
        thread_state *t = &M->threads[i];
        t->status = ABSENT;
        t->futex_place = 0;
    }
    memory_begin();
}

/* From the start to the end, a cut or a failure. */
static void run_once(void)
{
    const model_scenario *s = M->scenario;

    begin_run();
    region_reset();
    M->runs++;
    M->shared_before = M->shared_count;
    if (sigsetjmp(M->crash, 0) == 0) {
        if (s->setup)
            s->setup();
        for (unsigned i = 0; i < MODEL_THREADS_MAX && s->threads[i]; i++)
            thread_add(s->threads[i], NULL, NULL);
        run_threads();
        M->self = 0;
        if (!M->failed && !M->cut && s->check)
            s->check();
    }
    M->active = false;
    M->self = 0;
    M->region_used = 0; /* malloc is the real one again */
    M->steps_total += M->steps;
    M->pruned += M->cut;
}

/* --- outcomes ----------------------------------------------------------------------------- */

void model_outcome(const char *format, ...)
{
    char text[48];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    for (unsigned i = 0; i < M->outcome_count; i++)
        if (strcmp(M->outcomes[i], text) == 0)
            return;
    if (M->outcome_count == sizeof M->outcomes / sizeof *M->outcomes)
        model_fail("more outcomes than there is room for");
    memcpy(M->outcomes[M->outcome_count++], text, sizeof text);
    if (!M->scenario->outcomes)
        return;
    const char *wanted = M->scenario->outcomes, *at = wanted;
    size_t len = strlen(text);
    while ((at = strstr(at, text))) {
        if ((at == wanted || at[-1] == ' ') && (at[len] == ' ' || at[len] == '\0'))
            return;
        at++;
    }
    model_fail("the outcome %s is not one of: %s", text, wanted);
}

/* Each outcome that is wanted was seen; the others fail at once. */
static bool all_outcomes_seen(void)
{
    char wanted[512];
    bool all = true;

    if (!M->scenario->outcomes)
        return true;
    snprintf(wanted, sizeof wanted, "%s", M->scenario->outcomes);
    for (char *save, *word = strtok_r(wanted, " ", &save); word;
         word = strtok_r(NULL, " ", &save)) {
        bool seen = false;
        for (unsigned i = 0; i < M->outcome_count; i++)
            seen |= strcmp(M->outcomes[i], word) == 0;
        if (!seen)
            printf("    never seen: %s\n", word);
        all &= seen;
    }
    return all;
}

/* --- names -------------------------------------------------------------------------------- */

void model_name(const void *place, const char *name)
{
    if (M->name_count < sizeof M->names / sizeof *M->names) {
        M->names[M->name_count].addr = place;
        M->names[M->name_count++].name = name;
    }
}

void model_ignore(const void *place, size_t size)
{
    if (M->ignored_count == sizeof M->ignored / sizeof *M->ignored)
        model_fail("too much is ignored");
    M->ignored[M->ignored_count].start = place;
    M->ignored[M->ignored_count++].size = size;
}

/* --- one scenario ------------------------------------------------------------------------- */

static double seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now); /* others may use the machine as well */
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

typedef struct limits {
    unsigned preemptions, weak;
    double seconds;
    bool quiet;
} limits;

static void begin_search(const model_scenario *s, const limits *l)
{
    M->scenario = s;
    M->preemptions_max = l->preemptions;
    M->weak_max = l->weak;
    M->runs = M->pruned = M->steps_total = 0;
    M->outcome_count = 0;
    M->length = 0;
    forget_states();
}

/* Runs until all was seen, a failure, or the time is over. */
static bool search(const limits *l, double begin, bool *ret_complete)
{
    *ret_complete = false;
    do {
        M->restart = false;
        run_once();
        if (M->failed)
            return false;
        if (M->restart) { /* without the choices that it lacked, it showed nothing */
            M->length = 0;
            forget_states();
            continue;
        }
        if (M->runs % 256 == 0 && seconds() - begin > l->seconds)
            return true;
    } while (M->restart || next_path());
    *ret_complete = true;
    return true;
}

static void show_failure(void)
{
    M->tracing = true;
    M->shared_count = M->shared_before;
    run_once(); /* the same choices again */
    M->tracing = false;
    printf("    %s\n    this order of events leads to it:\n", M->failure);
    print_events();
}

static unsigned threads_of(const model_scenario *s)
{
    unsigned n = 0;

    while (n < MODEL_THREADS_MAX && s->threads[n])
        n++;
    return n;
}

/* True: nothing is wrong. Without a planted bug that takes a search to the end. */
static bool run_scenario(const char *program, const model_scenario *s, const limits *l)
{
    double begin = seconds();
    bool complete, fine;

    M->shared_count = 0;
    begin_search(s, l);
    fine = search(l, begin, &complete);
    if (l->quiet) /* with fewer preemptions some outcomes can't be seen */
        return fine;
    fine = fine && complete && all_outcomes_seen();
    printf("%s %s/%s: %u threads, bound %u preemptions and %u weak choices: %llu executions "
           "(%llu cut at a known state), %llu states, %.1f s, %s\n",
           fine ? "ok  " : "FAIL", program, s->name, threads_of(s), l->preemptions,
           s->no_weak ? 0 : l->weak, (unsigned long long)M->runs, (unsigned long long)M->pruned,
           (unsigned long long)M->states, seconds() - begin,
           M->failed  ? "failed"
           : complete ? "complete"
                      : "CUT OFF by time");
    if (M->failed)
        show_failure();
    fflush(stdout);
    return fine;
}

static limits limits_of(const model_scenario *s, unsigned preemptions, unsigned weak,
                        double seconds_)
{
    return (limits){.preemptions = s->preemptions ? s->preemptions : preemptions,
                    .weak = s->weak ? s->weak : weak,
                    .seconds = seconds_};
}

/* --- the program -------------------------------------------------------------------------- */

typedef struct arguments {
    const char *pattern;
    unsigned preemptions, weak;
    double seconds;
    bool show;
} arguments;

static bool matches(const model_scenario *s, const char *pattern)
{
    return !pattern || strcmp(s->name, pattern) == 0;
}

static int run_clean(const char *name, const model_scenario *scenarios, size_t n,
                     const arguments *a)
{
    unsigned passed = 0, failed = 0;

    for (size_t i = 0; i < n; i++) {
        if (!matches(&scenarios[i], a->pattern))
            continue;
        limits l = limits_of(&scenarios[i], a->preemptions, a->weak, a->seconds);
        if (run_scenario(name, &scenarios[i], &l))
            passed++;
        else
            failed++;
    }
    printf("%u passed, %u failed, 0 skipped\n", passed, failed);
    return failed > 0;
}

static bool finds_bug(const char *name, const model_scenario *s, const limits *l, bool show)
{
    double begin = seconds();

    if (run_scenario(name, s, l))
        return false;
    printf("ok   bug %d is found by %s/%s: %u preemptions, %llu executions, %.1f s: %s\n",
           model_bug, name, s->name, l->preemptions, (unsigned long long)M->runs, seconds() - begin,
           M->failure);
    if (show)
        show_failure();
    return true;
}

/* With few preemptions in each scenario first: that is quick, and what is found is short. */
static int run_bug(const char *name, const model_scenario *scenarios, size_t n, const arguments *a)
{
    bool is_left = true;

    for (unsigned preemptions = 0; is_left; preemptions++) {
        is_left = false;
        for (size_t i = 0; i < n; i++) {
            limits l = limits_of(&scenarios[i], a->preemptions, a->weak, a->seconds);
            if (!matches(&scenarios[i], a->pattern) || l.preemptions < preemptions)
                continue;
            is_left = true;
            l.preemptions = preemptions;
            l.quiet = true;
            if (finds_bug(name, &scenarios[i], &l, a->show))
                return 0;
        }
    }
    printf("FAIL bug %d is not found by %s\n", model_bug, name);
    return 1;
}

static void *engine_new(void)
{
    void *memory = mmap(NULL, sizeof(engine), PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (memory == MAP_FAILED)
        abort();
    return memory;
}

static void catch_crashes(void)
{
    static char stack[64 << 10];
    stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
    struct sigaction act = {.sa_sigaction = on_crash,
                            .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};

    sigaltstack(&alternate, NULL);
    sigaction(SIGSEGV, &act, NULL);
    sigaction(SIGBUS, &act, NULL);
    sigaction(SIGFPE, &act, NULL);
    sigaction(SIGILL, &act, NULL);
    sigaction(SIGABRT, &act, NULL);
}

int model_main(int argc, char **argv, const char *name, const model_scenario *scenarios, size_t n)
{
    arguments a = {.preemptions = 3, .weak = 2, .seconds = SECONDS_MAX};
    int option;

    while ((option = getopt(argc, argv, "b:p:w:t:s")) != -1) {
        switch (option) {
        case 'b':
            model_bug = atoi(optarg);
            break;
        case 'p':
            a.preemptions = (unsigned)atoi(optarg);
            break;
        case 'w':
            a.weak = (unsigned)atoi(optarg);
            break;
        case 't':
            a.seconds = atof(optarg);
            break;
        case 's':
            a.show = true;
            break;
        default:
            fprintf(stderr,
                    "usage: %s [-b bug] [-s] [-p preemptions] [-w weak choices] "
                    "[-t seconds] [scenario]\n",
                    argv[0]);
            return 2;
        }
    }
    a.pattern = argv[optind];
    M = engine_new();
    M->events = mmap(NULL, EVENTS_MAX * sizeof(event), PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    catch_crashes();
    region_init();
    return model_bug ? run_bug(name, scenarios, n, &a) : run_clean(name, scenarios, n, &a);
}
