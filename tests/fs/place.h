/* place.h: a folder of the test's own, which it works in, so that its paths are short names. */
#ifndef TESTS_FS_PLACE_H
#define TESTS_FS_PLACE_H

#include "support/edo_test.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char place_path[64];

static inline const char *enter_place_in(const char *folder)
{
    snprintf(place_path, sizeof place_path, "%s/edo-fs-XXXXXX", folder);
    assert_non_null(mkdtemp(place_path));
    assert_int_equal(chdir(place_path), 0);
    umask(022);
    return place_path;
}

/* Once in a test, before anything else. With umask 022. */
static inline const char *enter_place(void)
{
    return enter_place_in("/tmp");
}

/* The same in memory, where there is such a place: for names by the thousand. */
static inline const char *enter_quick_place(void)
{
    return enter_place_in(access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
}

static inline int remove_one(const char *path, const struct stat *about, int type, struct FTW *at)
{
    (void)about, (void)type, (void)at;
    return remove(path);
}

/* At its end: removes it, by the C library alone. */
static inline void leave_place(void)
{
    assert_int_equal(chdir("/"), 0);
    assert_int_equal(nftw(place_path, remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
}

static inline void put_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

/* Whether a file has exactly this text. */
static inline bool holds(const char *path, const char *text)
{
    char found[4096];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, found, sizeof found);

    if (fd >= 0)
        close(fd);
    return n == (ssize_t)strlen(text) && memcmp(found, text, strlen(text)) == 0;
}

static inline bool is_there(const char *path)
{
    struct stat about;

    return lstat(path, &about) == 0;
}

/* By a descriptor of this process: their number is others' as well, of a runtime's workers. */
static inline bool is_open(const char *path)
{
    struct stat wanted, about;

    assert_int_equal(stat(path, &wanted), 0);
    for (int fd = 0; fd < 1024; fd++)
        if (fstat(fd, &about) == 0 && about.st_ino == wanted.st_ino &&
            about.st_dev == wanted.st_dev)
            return true;
    return false;
}

static inline unsigned mode_of(const char *path)
{
    struct stat about;

    assert_int_equal(lstat(path, &about), 0);
    return about.st_mode & 07777;
}

/* The same length for each: the next call writes over it. */
static inline const char *numbered(unsigned i)
{
    static char name[16];

    snprintf(name, sizeof name, "%05u", i);
    return name;
}

/* 'a' repeated. */
static inline char *long_name(size_t len)
{
    static char name[5000];

    assert_true(len < sizeof name);
    memset(name, 'a', len);
    name[len] = '\0';
    return name;
}

#endif
