/* copy_tree.c: copies a folder with all that is in it, as cp -r does: several files at a time, and never too many. */
#include <edo.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AT_A_TIME 32

typedef struct names {
    char *from, *to;
} names;

/* "folder/name", to be freed. */
static char *join_path(const char *folder, const char *name)
{
    size_t folder_len = strlen(folder), size = strlen(name) + 1;
    char *path = malloc(folder_len + 1 + size);

    if (path) {
        memcpy(path, folder, folder_len);
        path[folder_len] = '/';
        memcpy(path + folder_len + 1, name, size);
    }
    return path;
}

/* A task of its own; the names are its. */
static int copy_file(void *arg)
{
    names *file = arg;
    int rc = edo_fs_copy(file->from, file->to, NULL);

    if (rc < 0)
        fprintf(stderr, "copy_tree: %s: %s\n", file->from, edo_strerror(rc));
    free(file->from);
    free(file->to);
    free(file);
    return rc;
}

static int start_copy(edo_group *group, const char *from, const char *to)
{
    names *file = malloc(sizeof *file);
    int rc = -ENOMEM;

    if (file) {
        *file = (names){strdup(from), strdup(to)};
        if (file->from && file->to)
            rc = edo_group_spawn(group, copy_file, file); /* waits while there are many */
    }
    if (rc < 0 && file) {
        free(file->from);
        free(file->to);
        free(file);
    }
    return rc;
}

static int copy_link(const char *from, const char *to)
{
    char *target;
    int rc = edo_fs_read_link(from, &target);

    if (rc == 0) {
        rc = edo_fs_symlink(target, to);
        free(target);
    }
    return rc;
}

static int copy_folder(edo_group *group, const char *from, const char *to);

static int copy_entry(edo_group *group, const edo_dir_entry *entry, const char *folder)
{
    char *to = join_path(folder, entry->name);
    int rc;

    if (!to)
        return -ENOMEM;
    if (entry->type == EDO_FILE_DIR)
        rc = copy_folder(group, entry->path, to);
    else if (entry->type == EDO_FILE_SYMLINK)
        rc = copy_link(entry->path, to);
    else
        rc = start_copy(group, entry->path, to);
    free(to);
    return rc;
}

static int copy_folder(edo_group *group, const char *from, const char *to)
{
    edo_metadata about;
    edo_dir_entry entry;
    edo_dir *dir;
    int rc = edo_dir_open(from, &dir);

    if (rc < 0)
        return rc;
    if ((rc = edo_fs_create_dir(to)) == 0)
        while ((rc = edo_dir_next(dir, &entry)) > 0 && (rc = copy_entry(group, &entry, to)) == 0)
            continue;
    edo_dir_close(dir);
    if (rc == 0 && (rc = edo_fs_metadata(from, &about)) == 0)
        rc = edo_fs_set_permissions(to, about.mode | 0700); /* files are still on their way in */
    return rc;
}

static int app(int argc, char **argv)
{
    edo_group *group;

    if (argc != 3) {
        fprintf(stderr, "usage: copy_tree FROM TO\n");
        return 2;
    }
    int rc = edo_group_new(EDO_OPTS(group, .limit = AT_A_TIME, .all_or_none = true), &group);
    if (rc < 0)
        return rc;
    rc = copy_folder(group, argv[1], argv[2]);
    int wait_rc = edo_group_wait(group, NULL);
    edo_group_free(group);
    return wait_rc < 0 ? wait_rc : rc;
}

EDO_MAIN(app);
