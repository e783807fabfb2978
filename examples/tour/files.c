/* files.c: a file that is replaced, read and listed, in a folder that goes when it is closed. */
#include <stdio.h>

#include <edo.h>

/* Whoever opens it finds the old contents or the new ones, whenever the machine stops. */
static int write_down(const char *path, const char *text, size_t len)
{
    int rc = edo_fs_write(path, "draft", 5, NULL);

    return rc < 0 ? rc : edo_fs_replace(path, text, len, NULL);
}

static int add_up(const char *path)
{
    edo_buf_reader buffered;
    edo_file *file;
    char *line, name[16];
    int amount, total = 0, rc = edo_file_open(path, NULL, &file);

    if (rc < 0)
        return rc;
    if ((rc = edo_buf_reader_init(&buffered, edo_file_reader(file), NULL)) == 0) {
        edo_pieces lines = edo_lines(edo_buf_reader_reader(&buffered));
        while ((rc = edo_pieces_next(&lines, &line, NULL)) > 0)
            if (sscanf(line, "%15s %d", name, &amount) == 2)
                total += amount;
        edo_pieces_fini(&lines);
        edo_buf_reader_fini(&buffered);
    }
    edo_file_close(file);
    if (rc == 0)
        printf("%d in all\n", total);
    return rc;
}

static int list(const char *path)
{
    edo_metadata metadata;
    edo_dir_entry entry;
    edo_dir *dir;
    int rc = edo_dir_open(path, &dir);

    if (rc < 0)
        return rc;
    while ((rc = edo_dir_next(dir, &entry)) > 0) {
        if ((rc = edo_dir_metadata(dir, entry.name, &metadata)) < 0)
            break;
        printf("%s: %llu bytes\n", entry.name, (unsigned long long)metadata.size);
    }
    edo_dir_close(dir);
    return rc;
}

static int app(int argc, char **argv)
{
    static const char text[] = "bread 3\nmilk 2\n";
    edo_temp *folder;
    char path[4096];
    int rc = edo_temp_dir_new(NULL, &folder);

    (void)argc, (void)argv;
    if (rc < 0)
        return rc;
    snprintf(path, sizeof path, "%s/shopping", edo_temp_path(folder));
    if ((rc = write_down(path, text, sizeof text - 1)) == 0 && (rc = add_up(path)) == 0)
        rc = list(edo_temp_path(folder));
    int closed = edo_temp_close(folder); /* with all that is in it */
    return rc < 0 ? rc : closed;
}

EDO_MAIN(app);
