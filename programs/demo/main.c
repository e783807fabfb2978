/*
 * main.c: edo-demo: an echo server, and clients that load it and verify what it says.
 *
 *     edo-demo                    both, in one program and one runtime
 *     edo-demo serve HOST:PORT    the server alone, until Ctrl-C
 *     edo-demo load HOST:PORT     the clients alone, for any echo server
 */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <edo.h>

#include "load.h"
#include "server.h"
#include "text.h"

#define CLIENTS 64
#define MESSAGES 100000
#define DRAIN_PATIENCE EDO_SECONDS(5)

enum { FAILED = 1, BAD_ARGUMENTS = 2 };

static const char usage[] =
    "usage: edo-demo [--clients N] [--messages N]    serve and load in one program\n"
    "       edo-demo serve HOST:PORT                 serve until Ctrl-C, then drain\n"
    "       edo-demo load HOST:PORT [--clients N] [--messages N]\n"
    "                                                load any echo server\n"
    "       edo-demo --help\n"
    "\n"
    "HOST is numeric. Without options 64 clients send 100,000 messages of 1 byte to 16 KiB and\n"
    "verify every byte that comes back. Exit status: 0; 1 when something failed; 2 for arguments\n"
    "that make no sense.\n";

typedef struct arguments {
    const char *serve, *load; /* addresses, or NULL */
    unsigned clients;
    uint64_t messages;
} arguments;

static int complain(const char *doing, int code)
{
    fprintf(stderr, "edo-demo: %s failed: %s (%s)\n", doing, edo_err_name(code),
            edo_strerror(code));
    return FAILED;
}

static int cannot_listen(const char *address, int code)
{
    fprintf(stderr, "edo-demo: can't listen on %s: %s (%s)\n", address, edo_err_name(code),
            edo_strerror(code));
    return FAILED;
}

static void say_tally(const server_tally *tally)
{
    char served[TEXT_MAX], aborted[TEXT_MAX], bytes[TEXT_MAX];

    printf("connections: %s served, %s cut off; %s bytes echoed\n",
           text_count(tally->served, served), text_count(tally->aborted, aborted),
           text_count(tally->bytes, bytes));
}

/* --- serve ------------------------------------------------------------------------------- */

/* 0: it was asked to end; FAILED: it can't go on. */
static int wait_for_the_end(server *s, edo_signal *interrupt, edo_signal *terminate)
{
    int why = 0;
    edo_signal_recv_future by_interrupt = edo_signal_recv_async(interrupt);
    edo_signal_recv_future by_terminate = edo_signal_recv_async(terminate);
    edo_join_future failure = server_failure_async(s, &why);
    int winner = edo_select(&by_interrupt.base, &by_terminate.base, &failure.base);

    if (winner < 0)
        return complain("waiting", winner);
    return winner == 2 ? complain("taking a connection", why) : 0;
}

static int serve_until_signal(server *s)
{
    edo_signal *interrupt, *terminate;
    int rc = edo_signal_open(SIGINT, &interrupt);

    if (rc < 0)
        return complain("listening to SIGINT", rc);
    if ((rc = edo_signal_open(SIGTERM, &terminate)) == 0) {
        rc = wait_for_the_end(s, interrupt, terminate);
        edo_signal_close(terminate);
    } else {
        rc = complain("listening to SIGTERM", rc);
    }
    edo_signal_close(interrupt); /* a second Ctrl-C ends the program at once */
    return rc;
}

static int serve(const char *address)
{
    char at[EDO_ADDR_TEXT_MAX];
    server_tally tally;
    server *s;
    int rc = server_start(address, &s);

    if (rc < 0)
        return cannot_listen(address, rc);
    if (server_address(s, at) >= 0)
        printf("echoing on %s until Ctrl-C\n", at);
    int status = serve_until_signal(s);
    printf("draining: %u open, at most 5 s\n", server_open_count(s));
    server_stop(s, DRAIN_PATIENCE, &tally);
    say_tally(&tally);
    return status;
}

/* --- load -------------------------------------------------------------------------------- */

/* The most memory that the process ever had, in KiB; 0: not known. */
static uint64_t peak_memory(void)
{
    FILE *status = fopen("/proc/self/status", "r");
    char line[256];
    uint64_t kib = 0;

    if (!status)
        return 0;
    while (kib == 0 && fgets(line, sizeof line, status))
        if (strncmp(line, "VmHWM:", 6) == 0)
            kib = strtoull(line + 6, NULL, 10);
    fclose(status);
    return kib;
}

static uint64_t spawned_tasks(unsigned *ret_workers)
{
    edo_handle *runtime;
    edo_metrics metrics = {0};

    if (edo_handle_current(&runtime) == 0) {
        edo_handle_metrics(runtime, &metrics);
        edo_handle_unref(runtime);
    }
    *ret_workers = metrics.workers;
    return metrics.spawned_tasks;
}

static int say_result(const load_result *r)
{
    char a[TEXT_MAX], b[TEXT_MAX];
    unsigned workers;
    uint64_t tasks = spawned_tasks(&workers);

    if (r->failure[0]) {
        fprintf(stderr, "edo-demo: %s\n", r->failure);
        return FAILED;
    }
    printf("messages  %s, every byte verified\n", text_count(r->messages, a));
    printf("rate      %s messages/s, %s MB/s each way, in %s\n",
           text_count(r->ns ? r->messages * 1000000000 / r->ns : 0, a),
           text_rate(r->bytes, r->ns, b), text_span(r->ns, (char[TEXT_MAX]){0}));
    printf("latency   p50 %s, p99 %s\n", text_span(latency_percentile(&r->latency, 50), a),
           text_span(latency_percentile(&r->latency, 99), b));
    printf("tasks     %s spawned, on %u workers\n", text_count(tasks, a), workers);
    printf("memory    %.1f MiB at most\n", (double)peak_memory() / 1024);
    return 0;
}

static int load(const arguments *args, const char *address)
{
    load_opts opts = {.address = address, .clients = args->clients, .messages = args->messages};
    char messages[TEXT_MAX];
    load_result *result = malloc(sizeof *result);

    if (!result)
        return complain("loading", -ENOMEM);
    printf("edo %s: %u clients send %s messages to %s\n", edo_version(), args->clients,
           text_count(args->messages, messages), address);
    fflush(stdout);
    int rc = load_run(&opts, result);
    int status = rc < 0 ? complain("loading", rc) : say_result(result);
    free(result);
    return status;
}

static int serve_and_load(const arguments *args)
{
    char address[EDO_ADDR_TEXT_MAX];
    server_tally tally;
    server *s;
    int rc = server_start("127.0.0.1:0", &s);

    if (rc < 0)
        return cannot_listen("127.0.0.1:0", rc);
    rc = server_address(s, address);
    int status = rc < 0 ? complain("asking for the port", rc) : load(args, address);
    server_stop(s, DRAIN_PATIENCE, &tally);
    return status;
}

/* --- arguments --------------------------------------------------------------------------- */

static int refuse(const char *what, const char *argument)
{
    fprintf(stderr, "edo-demo: %s: %s\nTry edo-demo --help.\n", what, argument);
    return BAD_ARGUMENTS;
}

static bool read_number(const char *text, uint64_t most, uint64_t *ret)
{
    char *end;

    if (*text < '0' || *text > '9')
        return false;
    errno = 0;
    uint64_t n = strtoull(text, &end, 10);
    if (*end || errno || n == 0 || n > most)
        return false;
    *ret = n;
    return true;
}

static int read_option(char ***arg, arguments *args)
{
    const char *name = *(*arg)++;
    bool is_clients = strcmp(name, "--clients") == 0;
    uint64_t n;

    if (!is_clients && strcmp(name, "--messages") != 0)
        return refuse("no such option", name);
    if (!**arg)
        return refuse("a number is missing after", name);
    if (!read_number(**arg, is_clients ? 10000 : 1000000000, &n))
        return refuse(is_clients ? "not a number of clients from 1 to 10000"
                                 : "not a number of messages from 1 to 1000000000",
                      **arg);
    ++*arg;
    if (is_clients)
        args->clients = (unsigned)n;
    else
        args->messages = n;
    return 0;
}

static int read_address(char ***arg, const char **ret)
{
    edo_addr addr;
    const char *command = *(*arg)++;

    if (!**arg)
        return refuse("HOST:PORT is missing after", command);
    if (edo_addr_parse(**arg, &addr) < 0)
        return refuse("not an address as 127.0.0.1:7007", **arg);
    *ret = *(*arg)++;
    return 0;
}

static int read_arguments(char **arg, arguments *args)
{
    int status = 0;

    *args = (arguments){.clients = CLIENTS, .messages = MESSAGES};
    if (*arg && strcmp(*arg, "serve") == 0) {
        status = read_address(&arg, &args->serve);
        if (status == 0 && *arg)
            status = refuse("serve takes one address; what is this", *arg);
        return status;
    }
    if (*arg && strcmp(*arg, "load") == 0)
        status = read_address(&arg, &args->load);
    while (status == 0 && *arg)
        status =
            strncmp(*arg, "--", 2) == 0 ? read_option(&arg, args) : refuse("no such command", *arg);
    if (status == 0 && args->messages < args->clients)
        status = refuse("each client needs a message to send", "too few --messages");
    return status;
}

static int app(int argc, char **argv)
{
    arguments args;

    setvbuf(stdout, NULL, _IOLBF, 0); /* each line goes out at once, into pipes too */
    if (argc == 2 && strcmp(argv[1], "--help") == 0) {
        fputs(usage, stdout);
        return 0;
    }
    int status = read_arguments(argc > 0 ? argv + 1 : argv, &args);
    if (status)
        return status;
    status = args.serve  ? serve(args.serve)
             : args.load ? load(&args, args.load)
                         : serve_and_load(&args);
    if (fflush(stdout) != 0 || ferror(stdout))
        status = complain("writing to stdout", -EIO);
    return status;
}

EDO_MAIN(app);
