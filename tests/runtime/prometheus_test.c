/* prometheus_test.c: the metrics as text, which Prometheus reads. */
#include "runtime/rig.h"

typedef struct page {
    char text[65536];
    size_t used;
    int fail_after; /* pieces; 0: never */
    int pieces;
} page;

static int take(const char *text, size_t len, void *arg)
{
    page *p = arg;

    if (p->fail_after && ++p->pieces > p->fail_after)
        return -EPIPE;
    assert_true(p->used + len < sizeof p->text);
    memcpy(p->text + p->used, text, len);
    p->used += len;
    return 0;
}

static int spawn_some(void *arg)
{
    (void)arg;
    for (int i = 0; i < 10; i++) {
        edo_task task;
        assert_ok(edo_spawn(do_nothing, NULL, &task));
        assert_int_equal(join_result(task), 0);
    }
    return 0;
}

/* The value after the line's last blank. */
static unsigned long long value_of(const page *p, const char *series)
{
    const char *at = strstr(p->text, series);

    assert_non_null(at);
    assert_true(at > p->text && at[-1] == '\n');
    const char *value = strchr(at + strlen(series), ' ');
    assert_true(value && value < strchr(at, '\n'));
    return strtoull(value + 1, NULL, 10);
}

/* Each line is a comment or "name{labels} number", and each name was announced. */
static void assert_sound(page *p)
{
    char name[128] = "", *save = NULL, copy[sizeof p->text];

    memcpy(copy, p->text, sizeof copy);
    for (char *line = strtok_r(copy, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
        if (strncmp(line, "# TYPE ", 7) == 0) {
            assert_int_equal(sscanf(line + 7, "%127s", name), 1);
            continue;
        }
        if (strncmp(line, "# HELP ", 7) == 0)
            continue;
        assert_true(name[0] && strncmp(line, name, strlen(name)) == 0);
        char *end, *number = strrchr(line, ' ');
        assert_true(number && number[-1] == '}');
        strtod(number + 1, &end);
        assert_true(*end == 0 && end > number + 1);
    }
}

EDO_TEST_PLAIN(metrics_are_written_for_prometheus)
{
    static page p;
    edo_runtime *runtime = make_runtime(EDO_OPTS(runtime, .workers = 2, .name = "front \"door\"",
                                                 .poll_times = true, .track_latency = true));
    edo_handle *handle = edo_runtime_handle(runtime);

    assert_int_equal(edo_block_on(runtime, spawn_some, NULL), 0);
    wait_until(metrics_of(runtime).alive_tasks == 0);
    assert_ok(edo_handle_write_prometheus(handle, take, &p));
    assert_sound(&p);
#define LABEL "runtime=\"front \\\"door\\\"\""
    assert_int_equal(value_of(&p, "edo_workers{" LABEL "}"), 2);
    assert_int_equal(value_of(&p, "edo_tasks_spawned_total{" LABEL "}"), 11);
    (void)value_of(&p,
                   "edo_worker_thread_id{" LABEL ",worker=\"1\"}"); /* 0: it has not come so far */
    unsigned long long polls = metrics_of(runtime).polls;
    assert_int_equal(value_of(&p, "edo_worker_polls_total{" LABEL ",worker=\"0\"}") +
                         value_of(&p, "edo_worker_polls_total{" LABEL ",worker=\"1\"}"),
                     polls);
    assert_int_equal(value_of(&p, "edo_poll_seconds_count{" LABEL "}"), polls);
    assert_int_equal(value_of(&p, "edo_poll_seconds_bucket{" LABEL ",le=\"+Inf\"}"), polls);
    assert_int_equal(value_of(&p, "edo_schedule_latency_seconds_count{" LABEL "}"), polls);
    assert_non_null(strstr(p.text, "le=\"0.000000096\""));
    edo_handle_unref(handle);
    assert_ok(edo_runtime_free(runtime));
}

EDO_TEST_PLAIN(a_sink_ends_the_text_by_its_error)
{
    static page p = {.fail_after = 2};
    edo_runtime *runtime = make_current();
    edo_handle *handle = edo_runtime_handle(runtime);

    assert_int_equal(edo_handle_write_prometheus(handle, take, &p), -EPIPE);
    assert_int_equal(p.pieces, 3);
    assert_int_equal(edo_handle_write_prometheus(NULL, take, &p), -EINVAL);
    assert_int_equal(edo_handle_write_prometheus(handle, NULL, &p), -EINVAL);
    assert_null(strstr(p.text, "_bucket")); /* nothing was asked for */
    edo_handle_unref(handle);
    assert_ok(edo_runtime_free(runtime));
}

EDO_TEST_PLAIN(text_goes_to_a_descriptor)
{
    int fds[2];
    char buf[16];

    assert_int_equal(pipe(fds), 0);
    assert_ok(edo_text_to_fd("hello", 5, &fds[1]));
    assert_int_equal(read(fds[0], buf, sizeof buf), 5);
    close(fds[0]);
    close(fds[1]);
    fds[1] = -1;
    assert_int_equal(edo_text_to_fd("hello", 5, &fds[1]), -EBADF);
}
