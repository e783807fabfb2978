/* files.c: small files that are in the page cache, each read as a whole into memory of its own; copies of a large one. */
#include "harness/bench.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILES = 10000, IN_A_FOLDER = 100, NAME = 64 };

static char root[32];

static uint64_t size_of(uint64_t i)
{
    return 100 + i * 37 % 4000;
}

static void name_folder(char *path, uint64_t i)
{
    snprintf(path, NAME, "%s/%u", root, (unsigned)(i / IN_A_FOLDER));
}

static void name_file(char *path, uint64_t i)
{
    snprintf(path, NAME, "%s/%u/%u", root, (unsigned)(i / IN_A_FOLDER),
             (unsigned)(i % IN_A_FOLDER));
}

/* As many as there are ops, at most. */
static uint64_t make_tree(bench *b)
{
    static const char bytes[8192];
    uint64_t files = b->ops < FILES ? b->ops : FILES;
    char path[NAME];

    snprintf(root, sizeof root, "/tmp/edo-bench-XXXXXX");
    bench_check(b, mkdtemp(root) ? 0 : -errno);
    for (uint64_t i = 0; i < files; i++) {
        name_folder(path, i);
        if (i % IN_A_FOLDER == 0)
            bench_check(b, mkdir(path, 0700));
        name_file(path, i);
        int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        bench_check(b, write(fd, bytes, size_of(i)) == (ssize_t)size_of(i) ? 0 : -EIO);
        close(fd);
    }
    return files;
}

static void remove_tree(bench *b, uint64_t files)
{
    char path[NAME];

    for (uint64_t i = files; i-- > 0;) {
        name_file(path, i);
        bench_check(b, unlink(path));
        name_folder(path, i);
        if (i % IN_A_FOLDER == 0)
            bench_check(b, rmdir(path));
    }
    bench_check(b, rmdir(root));
}

static uint64_t sum_of_sizes(uint64_t ops, uint64_t files)
{
    uint64_t sum = 0;

    for (uint64_t i = 0; i < ops; i++)
        sum += size_of(i % files);
    return sum;
}

/* An op is a file that is opened, read to its end and closed. */
EDO_BENCH(file_tree, 1)
{
    uint64_t files = make_tree(b), sum = 0;
    char path[NAME];

    bench_start(b);
    for (uint64_t i = 0; i < b->ops; i++) {
        edo_buf buf = {0};
        name_file(path, i % files);
        bench_check(b, edo_fs_read(path, &buf, NULL));
        sum += buf.len;
        edo_buf_fini(&buf);
    }
    bench_stop(b);
    bench_equal(b, sum, sum_of_sizes(b->ops, files));
    remove_tree(b, files);
}

static uint64_t read_plainly(bench *b, const char *path)
{
    struct stat about;
    uint64_t done = 0;
    ssize_t n;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    bench_check(b, fd);
    bench_check(b, fstat(fd, &about));
    size_t size = (size_t)about.st_size + 1;
    char *data = malloc(size);
    while ((n = read(fd, data + done, size - done)) > 0)
        done += (uint64_t)n;
    free(data);
    close(fd);
    return done;
}

/* The same by the calls of the system in the task, which they may block: the floor. */
EDO_BENCH(file_tree_plain, 1)
{
    uint64_t files = make_tree(b), sum = 0;
    char path[NAME];

    bench_start(b);
    for (uint64_t i = 0; i < b->ops; i++) {
        name_file(path, i % files);
        sum += read_plainly(b, path);
    }
    bench_stop(b);
    bench_equal(b, sum, sum_of_sizes(b->ops, files));
    remove_tree(b, files);
}

enum { COPIED = 128 << 20 }; /* as bench/runner/plain.py has cp copy */

static void make_large(bench *b, const char *path)
{
    static char bytes[1 << 20];
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

    for (size_t done = 0; done < COPIED; done += sizeof bytes) {
        bench_check(b, getentropy(bytes, 256));
        bench_check(b, write(fd, bytes, sizeof bytes) == sizeof bytes ? 0 : -EIO);
    }
    close(fd);
}

/* An op is a copy of a large file by its name, each to another one: to free a copy takes long, too. */
EDO_BENCH(copy_large, 1)
{
    char from[NAME], to[NAME];
    uint64_t sum = 0;

    snprintf(root, sizeof root, "/tmp/edo-bench-XXXXXX");
    bench_check(b, mkdtemp(root) ? 0 : -errno);
    name_file(from, 0);
    name_folder(to, 0);
    bench_check(b, mkdir(to, 0700));
    make_large(b, from);
    bench_start(b);
    for (uint64_t i = 1; i <= b->ops; i++) {
        uint64_t copied = 0;
        name_file(to, i % IN_A_FOLDER);
        bench_check(b, edo_fs_copy(from, to, &copied));
        sum += copied;
    }
    bench_stop(b);
    bench_equal(b, sum, b->ops * COPIED);
    for (uint64_t i = 0; i <= b->ops && i < IN_A_FOLDER; i++) {
        name_file(to, i);
        bench_check(b, unlink(to));
    }
    name_folder(to, 0);
    bench_check(b, rmdir(to));
    bench_check(b, rmdir(root));
}
