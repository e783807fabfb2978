/*
 * main.c: edo-mini-redis: a server of keys and values that speaks as Redis does.
 *
 *     edo-mini-redis [--threads N] [--maxclients N] [HOST:PORT]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <edo.h>

#include "commands.h"
#include "hash.h"
#include "server.h"

enum { FAILED = 1, BAD_ARGUMENTS = 2 };
enum { SPARE_DESCRIPTORS = 32 }; /* besides those of clients */

static const char usage[] =
    "usage: edo-mini-redis [--threads N] [--maxclients N] [HOST:PORT]\n"
    "\n"
    "Serves keys and values as Redis does, from memory alone, until Ctrl-C or SHUTDOWN.\n"
    "--threads     how many threads serve; 1 unless it is said\n"
    "--maxclients  how many connections there may be; 10000 unless it is said\n"
    "HOST:PORT     127.0.0.1:6379 unless it is said\n"
    "\n"
    "Exit status: 0; 1 when something failed; 2 for arguments that make no sense.\n";

typedef struct arguments {
    server_opts server;
    unsigned threads;
} arguments;

static arguments args = {
    .server = {.address = "127.0.0.1:6379", .max_clients = 10000},
    .threads = 1,
};

static int refuse(const char *what, const char *argument)
{
    fprintf(stderr, "edo-mini-redis: %s: %s\nTry edo-mini-redis --help.\n", what, argument);
    return BAD_ARGUMENTS;
}

static int read_number(const char *name, const char *text, int64_t most, unsigned *ret)
{
    int64_t n;

    if (!text)
        return refuse("a number is missing after", name);
    if (!slice_to_int(slice_of(text), &n) || n < 1 || n > most)
        return refuse("not a number that makes sense", text);
    *ret = (unsigned)n;
    return 0;
}

static int read_arguments(char **arg)
{
    int status = 0;

    for (; *arg && status == 0; arg++) {
        if (strcmp(*arg, "--threads") == 0) {
            status = read_number(arg[0], arg[1], 1024, &args.threads);
            arg += arg[1] != NULL;
        } else if (strcmp(*arg, "--maxclients") == 0) {
            status = read_number(arg[0], arg[1], 1000000, &args.server.max_clients);
            arg += arg[1] != NULL;
        } else if (strncmp(*arg, "--", 2) == 0 || arg[1]) {
            status = refuse("no such option", *arg);
        } else {
            args.server.address = *arg;
        }
    }
    return status;
}

/* Each client needs a descriptor. Where they can't be had there may be fewer clients. */
static void make_room_for_clients(void)
{
    struct rlimit limit;
    rlim_t need = args.server.max_clients + SPARE_DESCRIPTORS;

    if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= need)
        return;
    limit.rlim_cur = limit.rlim_max < need ? limit.rlim_max : need;
    if (setrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= need)
        return;
    args.server.max_clients =
        limit.rlim_cur > 2 * SPARE_DESCRIPTORS ? (unsigned)limit.rlim_cur - SPARE_DESCRIPTORS : 1;
    fprintf(stderr, "edo-mini-redis: the system allows %u clients\n", args.server.max_clients);
}

static int app(int argc, char **argv)
{
    (void)argc, (void)argv;
    int rc = server_run(&args.server);

    if (rc == 0)
        return 0;
    fprintf(stderr, "edo-mini-redis: %s: %s (%s)\n", args.server.address, edo_err_name(rc),
            edo_strerror(rc));
    return FAILED;
}

int main(int argc, char **argv)
{
    setvbuf(stdout, NULL, _IOLBF, 0); /* each line goes out at once, into pipes too */
    if (argc == 2 && strcmp(argv[1], "--help") == 0) {
        fputs(usage, stdout);
        return 0;
    }
    int status = read_arguments(argc > 0 ? argv + 1 : argv);
    if (status)
        return status;
    make_room_for_clients();
    if (hash_begin() < 0 || commands_begin() < 0) {
        fprintf(stderr, "edo-mini-redis: it could not begin\n");
        return FAILED;
    }
    edo_runtime_opts opts = {
        .kind = args.threads == 1 ? EDO_CURRENT_THREAD : EDO_MULTI_THREAD,
        .workers = (int)args.threads,
    };
    status = edo_main(&opts, app, argc, argv);
    commands_end();
    return status;
}
