/* hash_files.c: PATH...: the SHA-256 of every file in these folders, on all processors, with a bar of progress. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <edo.h>

enum { AT_ONCE = 32, BLOCK = 64 };

typedef struct sha256 {
    uint32_t h[8];
    uint64_t len;
    unsigned char block[BLOCK];
} sha256;

static const uint32_t k[BLOCK] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static uint32_t turn(uint32_t x, int n)
{
    return x >> n | x << (32 - n);
}

static void expand(uint32_t w[BLOCK], const unsigned char *p)
{
    for (int i = 0; i < 16; i++, p += 4)
        w[i] = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
    for (int i = 16; i < BLOCK; i++)
        w[i] = w[i - 16] + w[i - 7] + (turn(w[i - 15], 7) ^ turn(w[i - 15], 18) ^ w[i - 15] >> 3) +
               (turn(w[i - 2], 17) ^ turn(w[i - 2], 19) ^ w[i - 2] >> 10);
}

static void mix(sha256 *s, const unsigned char *block)
{
    uint32_t w[BLOCK], v[8];

    expand(w, block);
    memcpy(v, s->h, sizeof v);
    for (int i = 0; i < BLOCK; i++) {
        uint32_t a = v[7] + (turn(v[4], 6) ^ turn(v[4], 11) ^ turn(v[4], 25)) +
                     ((v[4] & v[5]) ^ (~v[4] & v[6])) + k[i] + w[i];
        uint32_t b = (turn(v[0], 2) ^ turn(v[0], 13) ^ turn(v[0], 22)) +
                     ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));
        memmove(v + 1, v, 7 * sizeof *v);
        v[4] += a;
        v[0] = a + b;
    }
    for (int i = 0; i < 8; i++)
        s->h[i] += v[i];
}

static void add(sha256 *s, const unsigned char *data, size_t len)
{
    for (size_t n; len > 0; data += n, len -= n) {
        size_t at = s->len % BLOCK;
        n = len < BLOCK - at ? len : BLOCK - at;
        memcpy(s->block + at, data, n);
        s->len += n;
        if (at + n == BLOCK)
            mix(s, s->block);
    }
}

static void finish(sha256 *s, char text[65])
{
    static const unsigned char end[BLOCK] = {0x80};
    uint64_t bits = s->len * 8;
    unsigned char length[8];

    add(s, end, 1 + (BLOCK + 55 - s->len % BLOCK) % BLOCK);
    for (int i = 0; i < 8; i++)
        length[i] = (unsigned char)(bits >> (56 - 8 * i));
    add(s, length, 8);
    for (int i = 0; i < 8; i++)
        snprintf(text + (size_t)i * 8, 9, "%08x", s->h[i]);
}

typedef struct work {
    edo_join_set *tasks;
    unsigned long found, done; /* by the one task that walks and joins */
    int failed;
} work;

/* A task for each file. What is in the page cache is read in the task; for the rest a thread waits. */
static int hash_file(void *arg)
{
    sha256 s = {.h = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c,
                      0x1f83d9ab, 0x5be0cd19}};
    unsigned char buf[32768];
    char *path = arg, text[65];
    edo_file *file;
    ssize_t n = edo_file_open(path, NULL, &file);

    if (n == 0) {
        while ((n = edo_file_read(file, buf, sizeof buf)) > 0)
            add(&s, buf, (size_t)n);
        edo_file_close(file);
        finish(&s, text);
    }
    if (n == 0)
        printf("%s  %s\n", text, path);
    else
        fprintf(stderr, "%s: %s\n", path, edo_strerror((int)n));
    free(path);
    return (int)n;
}

static int join_one(work *w)
{
    edo_joined ended;
    int rc = edo_join_set_next(w->tasks, &ended);

    if (rc > 0) {
        w->done++;
        w->failed = w->failed ? w->failed : ended.result;
    }
    return rc;
}

static int start(work *w, const char *path)
{
    char *copy = strdup(path);
    int rc = copy ? edo_join_set_spawn(w->tasks, hash_file, copy, NULL) : -ENOMEM;

    if (rc < 0)
        free(copy);
    w->found += rc == 0;
    if (rc == 0 && edo_join_set_len(w->tasks) > AT_ONCE)
        rc = join_one(w);
    if (edo_is_terminal(2))
        fprintf(stderr, "\r%lu of %lu", w->done, w->found);
    return rc < 0 ? rc : 0;
}

static int walk(work *w, const char *path)
{
    edo_dir *dir;
    edo_dir_entry entry;
    int rc = edo_dir_open(path, &dir);

    if (rc == -ENOTDIR)
        return start(w, path);
    if (rc < 0)
        return rc;
    while ((rc = edo_dir_next(dir, &entry)) > 0) {
        rc = entry.type == EDO_FILE_DIR       ? walk(w, entry.path)
             : entry.type == EDO_FILE_REGULAR ? start(w, entry.path)
                                              : 0;
        if (rc < 0)
            break;
    }
    edo_dir_close(dir);
    return rc;
}

static int app(int argc, char **argv)
{
    work w = {0};
    int rc = edo_join_set_new(&w.tasks);

    for (int i = 1; i < argc && rc == 0; i++)
        rc = walk(&w, argv[i]);
    while (rc >= 0 && join_one(&w) > 0)
        ;
    edo_join_set_free(w.tasks);
    if (edo_is_terminal(2))
        fprintf(stderr, "\r%lu of %lu\n", w.done, w.found);
    return rc < 0 ? rc : w.failed;
}

EDO_MAIN(app);
