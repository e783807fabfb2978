/* support.c: what tests need of the system. */
#include "support/edo_test.h"

#include "base/macros.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define WAIT_LIMIT_S 5
#define PATIENCE_MAX 8 /* where the machine is busy with other things */

unsigned test_scale(void)
{
    const char *text = getenv("EDO_TEST_SCALE");
    int scale = text ? atoi(text) : 1;

    return scale > 1 ? (unsigned)scale : 1;
}

/* How many threads want each processor, by the system's mean of a minute. */
static unsigned threads_a_processor(void)
{
    double load[1];
    long processors = sysconf(_SC_NPROCESSORS_ONLN);

    if (getloadavg(load, 1) != 1 || processors < 1 || load[0] < (double)processors)
        return 1;
    return load[0] < PATIENCE_MAX * (double)processors ? (unsigned)(load[0] / (double)processors)
                                                       : PATIENCE_MAX;
}

unsigned test_patience(void)
{
    return test_scale() * threads_a_processor();
}

bool test_is_emulated(void)
{
    return getenv("EDO_TEST_EMULATED") != NULL;
}

unsigned test_count(unsigned n)
{
    unsigned count = n / test_scale();

    return count ? count : 1;
}

void block_thread_for(unsigned ms)
{
    struct timespec left = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000};

    while (nanosleep(&left, &left) < 0 && errno == EINTR)
        ;
}

static uint64_t read_clock(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

uint64_t real_time_ns(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

uint64_t cpu_time_ns(void)
{
    return read_clock(CLOCK_PROCESS_CPUTIME_ID);
}

uint64_t wait_limit(void)
{
    return real_time_ns() + UINT64_C(1000000000) * WAIT_LIMIT_S * test_patience();
}

static void check_limit(uint64_t until, const char *cond, const char *file, int line)
{
    if (real_time_ns() > until)
        edo_test_fail(file, line, "still not so after %u s: %s", WAIT_LIMIT_S * test_patience(),
                      cond);
}

void wait_nap(uint64_t until, const char *cond, const char *file, int line)
{
    check_limit(until, cond, file, line);
    block_thread_for(1);
}

void task_wait_nap(uint64_t until, const char *cond, const char *file, int line)
{
    check_limit(until, cond, file, line);
    /* A paused clock would run ahead in a sleep; and a cancelled task's sleep doesn't. */
    if (test_time_is_paused() || edo_sleep(EDO_MILLIS(1)) < 0) {
        block_thread_for(1);
        edo_yield();
    }
}

pthread_t start_thread(void *(*fn)(void *arg), void *arg)
{
    pthread_t thread;

    assert_int_equal(pthread_create(&thread, NULL, fn, arg), 0);
    return thread;
}

void *join_thread(pthread_t thread)
{
    void *result = NULL;

    assert_int_equal(pthread_join(thread, &result), 0);
    return result;
}

/* A number from /proc/self/status, such as "VmRSS:". */
static long status_value(const char *key)
{
    char line[256];
    long value = -1;
    FILE *status = fopen("/proc/self/status", "re");

    assert_non_null(status);
    while (value < 0 && fgets(line, sizeof line, status))
        if (!strncmp(line, key, strlen(key)))
            value = atol(line + strlen(key));
    fclose(status);
    assert_true(value >= 0);
    return value;
}

long rss_kib(void)
{
    return status_value("VmRSS:");
}

int thread_count(void)
{
    return (int)status_value("Threads:") - HAS_TSAN; /* which has a thread of its own */
}

static void *tell_tid(void *arg)
{
    *(pid_t *)arg = gettid();
    return arg;
}

int settled_thread_count(void)
{
    char path[64];
    pid_t tid;

    join_thread(start_thread(tell_tid, &tid));
    snprintf(path, sizeof path, "/proc/self/task/%d", (int)tid);
    wait_until(access(path, F_OK) < 0);
    return thread_count();
}

void wait_for_thread_count(int count)
{
    wait_until(thread_count() <= count);
}

/* False: it has ended. In its /proc/.../stat stand "tid (name) state". */
static bool read_thread(const char *tid, char *ret_name, size_t size, char *ret_state)
{
    char path[64], text[512];
    ssize_t n = -1;

    snprintf(path, sizeof path, "/proc/self/task/%.20s/stat", tid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        n = read(fd, text, sizeof text - 1);
        close(fd);
    }
    if (n <= 0)
        return false;
    text[n] = 0;
    const char *name = strchr(text, '('), *end = strrchr(text, ')');
    if (!name || !end || end[1] != ' ')
        return false;
    snprintf(ret_name, size, "%.*s", (int)(end - name - 1), name + 1);
    *ret_state = end[2];
    return true;
}

int thread_count_named(const char *name, int *ret_awake)
{
    DIR *dir = opendir("/proc/self/task");
    char its_name[32], state;
    int count = 0;

    *ret_awake = 0;
    assert_non_null(dir);
    for (struct dirent *entry; (entry = readdir(dir));) {
        if (entry->d_name[0] == '.' || atoi(entry->d_name) == gettid() ||
            !read_thread(entry->d_name, its_name, sizeof its_name, &state) ||
            (name && strcmp(name, its_name) != 0))
            continue;
        count++;
        *ret_awake += state != 'S';
    }
    closedir(dir);
    return count;
}

static bool others_sleep(void)
{
    int awake;

    thread_count_named(NULL, &awake);
    return awake == 0;
}

void settle_threads(void)
{
    if (HAS_ASAN)
        wait_until(others_sleep());
}

int open_fds(void)
{
    int count = -3; /* ".", ".." and the directory itself */
    DIR *dir = opendir("/proc/self/fd");

    assert_non_null(dir);
    while (readdir(dir))
        count++;
    closedir(dir);
    return count;
}
