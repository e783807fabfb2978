/*
 * files.c: open files: what a call says reaches whoever made it, what was done before it is told, and the file is
 * what the results say.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "faults/trial.h"

enum { LEN = 300000 }; /* more than is read in the task */

static unsigned char bytes[LEN], found[LEN];

/* What is in the file is what was written, as far as it is said to have come. */
static void check_file(size_t len)
{
    int fd = open("file", O_RDONLY | O_CLOEXEC);

    CHECK(fd >= 0 && read(fd, found, LEN) >= (ssize_t)len);
    CHECK(memcmp(found, bytes, len) == 0);
    close(fd);
}

static void write_all(edo_file *file)
{
    size_t at = 0, done;
    unsigned left = trial_attempts();
    int rc;

    do {
        rc = (int)TRY(edo_file_write_all_at(file, bytes + at, LEN - at, (int64_t)at, &done));
        CHECK(rc < 0 || at + done == LEN);
        at += done;
    } while (rc < 0 && --left > 0);
    check_file(at);
    PERSIST(rc, edo_file_write(file, bytes, 10));
    CHECK(rc < 0 || (rc == 10 && edo_file_position(file) == 10));
    PERSIST(rc, edo_file_sync_all(file));
}

static void read_all(edo_file *file)
{
    size_t done = 0;
    int rc;

    memset(found, 0, LEN);
    PERSIST(rc, edo_file_read_exact_at(file, found, LEN, 0, &done));
    CHECK(rc < 0 || (done == LEN && memcmp(found, bytes, LEN) == 0));
    PERSIST(rc, edo_file_read(file, found, 100));
    CHECK(rc < 0 || (rc == 100 && memcmp(found, bytes + edo_file_position(file) - 100, 100) == 0));
}

static void read_by_name(const char *path, size_t len)
{
    edo_buf buf = {0};
    size_t done = 0, before;
    unsigned left = trial_attempts();
    int rc;

    do {
        before = buf.len;
        rc = (int)TRY(edo_fs_read(path, &buf, &done));
        CHECK(buf.len == before + done);
        CHECK(rc < 0 || done == len);
        CHECK(done == 0 || memcmp(buf.data + before, bytes, done) == 0);
    } while (rc < 0 && --left > 0);
    edo_buf_fini(&buf);
}

static int use_all(void *arg)
{
    edo_file *file;
    int rc;

    (void)arg;
    PERSIST(rc, edo_file_open("file", EDO_OPTS(file, .read = true, .write = true), &file));
    if (rc < 0)
        return 42;
    write_all(file);
    read_all(file);
    TRY(edo_file_close(file));
    read_by_name("small", 1000);
    read_by_name("large", LEN);
    return 42;
}

static void make_file(const char *path, size_t len)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

    MUST(fd);
    MUST(write(fd, bytes, len) == (ssize_t)len ? 0 : -1);
    close(fd);
}

void use_files(edo_runtime_kind kind)
{
    char place[] = "/tmp/edo-faults-XXXXXX", command[64];
    edo_runtime *runtime;
    int rc;

    for (size_t i = 0; i < LEN; i++)
        bytes[i] = (unsigned char)(i * 7 + i / 251);
    MUST(mkdtemp(place) && chdir(place) == 0 ? 0 : -1);
    make_file("small", 1000);
    make_file("large", LEN);
    make_file("file", LEN);
    MUST(edo_runtime_new(EDO_OPTS(runtime, .kind = kind, .workers = 1), &runtime));
    trial_arm();
    PERSIST(rc, edo_block_on(runtime, use_all, NULL));
    CHECK(rc < 0 || rc == 42);
    trial_end_for_ever();
    fault_lift();
    MUST(edo_runtime_free(runtime));
    MUST(chdir("/"));
    snprintf(command, sizeof command, "rm -rf %s", place);
    MUST(system(command) == 0 ? 0 : -1);
}
