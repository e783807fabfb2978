/* folder.h: a folder of a test's own, and files in it made and looked at without edo. */
#ifndef TESTS_FS_FOLDER_H
#define TESTS_FS_FOLDER_H

#include "runtime/rig.h"

#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>

#define IN_FOLDER_MAX 160

static char folder[64];

static inline int remove_entry(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)st, (void)type, (void)at;
    return remove(path);
}

static inline void remove_folder(void)
{
    nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

static inline void make_folder(void)
{
    snprintf(folder, sizeof folder, "/tmp/edo-fs-XXXXXX");
    assert_non_null(mkdtemp(folder));
}

/* A path in it, in one of a few places that are used by turns: one that is to last while others run is copied. */
static inline const char *in_folder(const char *name)
{
    static __thread char paths[8][IN_FOLDER_MAX];
    static __thread unsigned at;
    char *path = paths[at++ % 8];

    snprintf(path, IN_FOLDER_MAX, "%s/%s", folder, name);
    return path;
}

/* Bytes of which each place has others. */
static inline unsigned char byte_at(size_t i)
{
    return (unsigned char)(i * 31 + (i >> 8) * 7 + (i >> 16));
}

static inline void fill_bytes(unsigned char *to, size_t len, size_t from)
{
    for (size_t i = 0; i < len; i++)
        to[i] = byte_at(from + i);
}

static inline bool are_bytes(const unsigned char *data, size_t len, size_t from)
{
    for (size_t i = 0; i < len; i++)
        if (data[i] != byte_at(from + i))
            return false;
    return true;
}

static inline const char *put_file(const char *name, const void *data, size_t len)
{
    const char *path = in_folder(name);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

    assert_true(fd >= 0);
    for (size_t done = 0; done < len;) {
        ssize_t n = write(fd, (const char *)data + done, len - done);
        assert_true(n > 0);
        done += (size_t)n;
    }
    close(fd);
    return path;
}

static inline const char *put_text(const char *name, const char *text)
{
    return put_file(name, text, strlen(text));
}

/* A file of `len` of the bytes above. */
static inline const char *put_bytes(const char *name, size_t len)
{
    unsigned char *data = malloc(len + 1);

    assert_non_null(data);
    fill_bytes(data, len, 0);
    const char *path = put_file(name, data, len);
    free(data);
    return path;
}

/* What is in a file; at most so much. */
static inline size_t look_at(const char *path, void *buf, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    size_t done = 0;
    ssize_t n;

    assert_true(fd >= 0);
    while (done < size && (n = read(fd, (char *)buf + done, size - done)) > 0)
        done += (size_t)n;
    close(fd);
    return done;
}

static inline void assert_contains(const char *path, const char *text)
{
    char buf[4096];
    size_t len = look_at(path, buf, sizeof buf);

    assert_int_equal(len, strlen(text));
    assert_memory_equal(buf, text, len);
}

static inline size_t size_of(const char *path)
{
    struct stat about;

    assert_int_equal(stat(path, &about), 0);
    return (size_t)about.st_size;
}

static inline edo_file *open_file(const char *path, const edo_file_opts *opts)
{
    edo_file *file = NULL;

    assert_ok(edo_file_open(path, opts, &file));
    return file;
}

static inline edo_file *open_both(const char *path)
{
    return open_file(path, EDO_OPTS(file, .read = true, .write = true, .create = true));
}

static inline void close_file(edo_file *file)
{
    assert_ok(edo_file_close(file));
}

/* What is left of it from its position on is this. */
static inline void assert_rest(edo_file *file, const char *text)
{
    edo_buf buf = {0};

    assert_ok(edo_read_to_end(edo_file_reader(file), &buf, NULL));
    assert_int_equal(buf.len, strlen(text));
    assert_memory_equal(buf.data, text, buf.len);
    edo_buf_fini(&buf);
}

#endif
