/* progress.c: a live line about work that many tasks do. */
#include "progress.h"

#include <stdio.h>
#include <unistd.h>

#include "text.h"

static void print_line(progress *p)
{
    /* relaxed: two counts to look at; nothing else is read because of them. */
    uint64_t messages = atomic_load_explicit(&p->messages, memory_order_relaxed);
    uint64_t bytes = atomic_load_explicit(&p->bytes, memory_order_relaxed);
    uint64_t ns = edo_instant_since(edo_now(), p->begin).ns;
    char done[TEXT_MAX], total[TEXT_MAX], rate[TEXT_MAX];

    printf("%s%3u %%  %s of %s messages, %s MB/s%s", p->live ? "\r" : "",
           (unsigned)(messages * 100 / p->total), text_count(messages, done),
           text_count(p->total, total), text_rate(bytes, ns, rate), p->live ? "   " : "\n");
    fflush(stdout);
}

/* Until it is aborted: then the sleep says -ECANCELED. */
static int print_lines(void *arg)
{
    progress *p = arg;
    edo_duration pause = p->live ? EDO_MILLIS(100) : EDO_SECONDS(1);
    edo_instant next = p->begin;
    int rc;

    while ((rc = edo_sleep_until(next = edo_instant_add(next, pause))) == 0)
        print_line(p);
    return rc == -ECANCELED ? 0 : rc;
}

int progress_start(progress *p, uint64_t total)
{
    *p = (progress){.total = total, .begin = edo_now(), .live = isatty(STDOUT_FILENO)};
    return edo_spawn(print_lines, p, &p->task);
}

void progress_add(progress *p, uint64_t bytes)
{
    atomic_fetch_add_explicit(&p->messages, 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&p->bytes, bytes, memory_order_relaxed);
}

void progress_stop(progress *p)
{
    edo_task_abort(p->task);
    edo_join(p->task, NULL);
    if (p->live) {
        printf("\r%60s\r", "");
        fflush(stdout);
    }
}
