/* temp_name.c: six random characters; that a name is new is seen by the making, which takes no old one. */
#include "fs/temp_name.h"

#include <errno.h>
#include <string.h>

#include "base/random.h"
#include "base/sys_path.h"

enum { SIX = 6, TRIES = 100 };

char *temp_name_slot(char *path)
{
    size_t len = strlen(path);

    return len >= SIX && strcmp(path + len - SIX, "XXXXXX") == 0 ? path + len - SIX : NULL;
}

static void fill(char *slot, rng *random)
{
    static const char characters[] =
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    for (int i = 0; i < SIX; i++)
        slot[i] = characters[rng_below(random, sizeof characters - 1)];
}

int temp_name_open_by(rng *random, int at, char *path, char *slot, int flags, mode_t mode)
{
    int fd = -EEXIST;

    for (int i = 0; i < TRIES && fd == -EEXIST; i++) {
        fill(slot, random);
        fd = sys_openat(at, path, flags | O_CREAT | O_EXCL, mode);
    }
    return fd;
}

int temp_name_open(int at, char *path, char *slot, int flags, mode_t mode)
{
    rng random;

    rng_seed(&random, random_seed());
    return temp_name_open_by(&random, at, path, slot, flags, mode);
}

int temp_name_mkdir(char *path, char *slot)
{
    rng random;
    int rc = -EEXIST;

    rng_seed(&random, random_seed());
    for (int i = 0; i < TRIES && rc == -EEXIST; i++) {
        fill(slot, &random);
        rc = sys_mkdir(path, 0700);
    }
    return rc;
}
