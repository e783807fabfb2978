/*
 * names.c: names in the file system: what fails says so, a replaced file is old or new, and nothing is left beside
 * what was asked for.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "faults/trial.h"

void fault_free(void *block); /* what the library gave away is in its ledger */

static bool holds(const char *path, const char *text)
{
    char found[64];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, found, sizeof found);

    if (fd >= 0)
        close(fd);
    return n == (ssize_t)strlen(text) && memcmp(found, text, strlen(text)) == 0;
}

static unsigned names_in(const char *path)
{
    DIR *dir = opendir(path);
    unsigned count = 0;

    if (!dir)
        return 0;
    while (readdir(dir))
        count++;
    closedir(dir);
    return count - 2;
}

static void replace(void)
{
    int rc = 0;
    unsigned left = trial_attempts();

    do {
        rc = (int)TRY(edo_fs_replace("r/file", "old", 3, NULL));
        CHECK(rc < 0 || holds("r/file", "old"));
        CHECK(names_in("r") <= 1); /* what failed has left nothing beside it */
    } while (rc < 0 && --left > 0);
    if (rc < 0)
        return;
    PERSIST(rc, edo_fs_replace("r/file", "new", 3, NULL));
    CHECK(holds("r/file", "new") || (rc < 0 && holds("r/file", "old")));
    CHECK(names_in("r") == 1);
}

static void copy(void)
{
    uint64_t done = 0;
    int rc;

    PERSIST(rc, edo_fs_copy("r/file", "copy", &done));
    CHECK(rc < 0 || (done == 3 && (holds("copy", "new") || holds("copy", "old"))));
}

static void read_folder(void)
{
    edo_dir *dir = NULL;
    edo_dir_entry entry;
    unsigned count = 0;
    int rc;

    PERSIST(rc, edo_dir_open("r", &dir));
    if (rc < 0)
        return;
    do {
        PERSIST(rc, edo_dir_next(dir, &entry));
        count += rc > 0;
    } while (rc > 0);
    CHECK(rc < 0 || count == 1);
    edo_dir_close(dir);
}

static void follow(void)
{
    char *text = NULL;
    int rc;

    unlink("link");
    PERSIST(rc, edo_fs_symlink("r/file", "link"));
    if (rc < 0)
        return;
    PERSIST(rc, edo_fs_read_link("link", &text));
    CHECK(rc < 0 || strcmp(text, "r/file") == 0);
    if (rc == 0)
        fault_free(text);
}

static void use_temporary(void)
{
    const edo_temp_opts here = {.dir = "r"};
    edo_temp *temp;
    int rc;

    PERSIST(rc, edo_temp_file_new(&here, &temp));
    if (rc == 0)
        MUST(edo_temp_close(temp));
    PERSIST(rc, edo_temp_dir_new(&here, &temp));
    if (rc == 0)
        TRY(edo_temp_close(temp));
}

static int use_all(void *arg)
{
    int rc;

    (void)arg;
    PERSIST(rc, edo_fs_create_dir_all("tree/a/b"));
    replace();
    copy();
    read_folder();
    follow();
    use_temporary();
    PERSIST(rc, edo_fs_remove_dir_all("tree"));
    return 42;
}

void use_names(edo_runtime_kind kind)
{
    char place[] = "/tmp/edo-faults-XXXXXX", command[64];
    edo_runtime *runtime;
    int rc;

    MUST(mkdtemp(place) && chdir(place) == 0 && mkdir("r", 0700) == 0 ? 0 : -1);
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
