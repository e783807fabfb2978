/* commands_server.c: the connection, the server, and what both tell of themselves. */
#include "commands.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "client.h"
#include "server.h"

/* --- the connection ------------------------------------------------------------------------ */

static void ping(call *c)
{
    if (c->count > 2) {
        fail_arity(c);
        return;
    }
    if (client_is_subscribed(c->client)) {
        reply_array(c->reply, 2);
        reply_text(c->reply, "pong");
        reply_bulk(c->reply, c->count > 1 ? c->args[1] : slice_of(""));
    } else if (c->count > 1) {
        reply_bulk(c->reply, c->args[1]);
    } else {
        reply_simple(c->reply, "PONG");
    }
}

static void echo(call *c)
{
    reply_bulk(c->reply, c->args[1]);
}

static void quit(call *c)
{
    c->client->quits = true;
    reply_ok(c->reply);
}

static void reset(call *c)
{
    pubsub_leave(c->client->server->pubsub, &c->client->subscriber);
    c->client->name[0] = '\0';
    reply_simple(c->reply, "RESET");
}

static void select_db(call *c)
{
    int64_t index;

    if (!slice_to_int(c->args[1], &index))
        reply_error(c->reply, NOT_AN_INT);
    else if (index != 0)
        reply_error(c->reply, "ERR DB index is out of range");
    else
        reply_ok(c->reply);
}

static void set_name(call *c)
{
    slice name = c->args[2];
    client *to = c->client;

    for (size_t i = 0; i < name.len; i++)
        if (name.data[i] < '!' || name.data[i] > '~') {
            reply_error(c->reply, "ERR Client names cannot contain spaces, newlines or special "
                                  "characters.");
            return;
        }
    if (name.len >= sizeof to->name) {
        reply_error(c->reply, "ERR Client names have at most %zu bytes", sizeof to->name - 1);
        return;
    }
    memcpy(to->name, name.data, name.len);
    to->name[name.len] = '\0';
    reply_ok(c->reply);
}

static void get_name(call *c)
{
    if (c->client->name[0])
        reply_text(c->reply, c->client->name);
    else
        reply_null(c->reply);
}

static void get_id(call *c)
{
    reply_int(c->reply, (int64_t)c->client->id);
}

static void client_command(call *c)
{
    static const subcommand known[] = {{"getname", get_name, 2, 2},
                                       {"id", get_id, 2, 2},
                                       {"setname", set_name, 3, 3},
                                       {.name = NULL}};

    run_subcommand(c, known);
}

/* --- COMMAND ------------------------------------------------------------------------------- */

static void describe(const command *one, void *arg)
{
    reply *r = arg;
    bool writes = one->flags & COMMAND_WRITES, reads = one->flags & COMMAND_READS;

    reply_array(r, 6);
    reply_text(r, one->name);
    reply_int(r, one->arity);
    reply_array(r, (size_t)(writes || reads));
    if (writes || reads)
        reply_simple(r, writes ? "write" : "readonly");
    reply_int(r, one->first);
    reply_int(r, one->last);
    reply_int(r, one->step);
}

static void describe_all(call *c)
{
    reply_array(c->reply, commands_each(NULL, NULL));
    commands_each(describe, c->reply);
}

static void count_commands(call *c)
{
    reply_int(c->reply, (int64_t)commands_each(NULL, NULL));
}

/* redis-cli then offers no hints. */
static void no_docs(call *c)
{
    reply_array(c->reply, 0);
}

static void command_command(call *c)
{
    static const subcommand known[] = {
        {"count", count_commands, 2, 2}, {"docs", no_docs, 2, ANY_COUNT}, {.name = NULL}};

    if (c->count == 1)
        describe_all(c);
    else
        run_subcommand(c, known);
}

/* --- CONFIG -------------------------------------------------------------------------------- */

typedef struct setting {
    const char *name;
    char value[32];
} setting;

/* Each setting that one of the patterns fits is told once. */
static bool is_asked(const call *c, const char *name)
{
    for (size_t i = 2; i < c->count; i++)
        if (slice_matches(slice_of(name), c->args[i]) || slice_is(c->args[i], name))
            return true;
    return false;
}

static void config_get(call *c)
{
    const server *s = c->client->server;
    setting settings[] = {{"appendonly", "no"}, {"databases", "1"}, {"maxclients", ""},
                          {"maxmemory", "0"},   {"port", ""},       {"proto-max-bulk-len", ""},
                          {"save", ""},         {"timeout", "0"}};
    enum { COUNT = sizeof settings / sizeof *settings };
    size_t asked = 0;

    snprintf(settings[2].value, sizeof settings[2].value, "%u", s->max_clients);
    snprintf(settings[4].value, sizeof settings[4].value, "%u", s->port);
    snprintf(settings[5].value, sizeof settings[5].value, "%zu", RESP_BULK_MAX);
    for (size_t i = 0; i < COUNT; i++)
        asked += is_asked(c, settings[i].name);
    reply_array(c->reply, asked * 2);
    for (size_t i = 0; i < COUNT; i++)
        if (is_asked(c, settings[i].name)) {
            reply_text(c->reply, settings[i].name);
            reply_text(c->reply, settings[i].value);
        }
}

static void config(call *c)
{
    static const subcommand known[] = {{"get", config_get, 3, ANY_COUNT}, {.name = NULL}};

    run_subcommand(c, known);
}

/* --- INFO ---------------------------------------------------------------------------------- */

/* Prints the sections that are asked for. */
typedef struct report {
    const call *call;
    edo_buf text;
    int error;
} report;

static void line(report *r, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void line(report *r, const char *format, ...)
{
    char text[256];
    va_list args;

    va_start(args, format);
    int len = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    int rc = edo_buf_append(&r->text, text, (size_t)len);
    if (rc == 0)
        rc = edo_buf_append(&r->text, "\r\n", 2);
    if (rc < 0)
        r->error = rc;
}

static bool begins(report *r, const char *title, const char *name)
{
    const call *c = r->call;
    bool is_asked = c->count == 1;

    for (size_t i = 1; i < c->count; i++)
        is_asked |= slice_is(c->args[i], name) || slice_is(c->args[i], "all") ||
                    slice_is(c->args[i], "default") || slice_is(c->args[i], "everything");
    if (is_asked && r->text.len)
        line(r, "%s", "");
    if (is_asked)
        line(r, "# %s", title);
    return is_asked;
}

static void tell_server(report *r, server *s)
{
    uint64_t up = edo_elapsed(s->started).ns / 1000000000;

    if (!begins(r, "Server", "server"))
        return;
    line(r, "redis_version:7.0.0"); /* whose commands these are */
    line(r, "redis_mode:standalone");
    line(r, "edo_version:%s", edo_version());
    line(r, "process_id:%d", (int)getpid());
    line(r, "tcp_port:%u", s->port);
    line(r, "uptime_in_seconds:%llu", (unsigned long long)up);
    line(r, "uptime_in_days:%llu", (unsigned long long)(up / 86400));
}

static void tell_clients(report *r, server *s)
{
    if (!begins(r, "Clients", "clients"))
        return;
    pthread_mutex_lock(&s->lock);
    line(r, "connected_clients:%zu", s->open);
    pthread_mutex_unlock(&s->lock);
    line(r, "maxclients:%u", s->max_clients);
}

static void tell_stats(report *r, server *s)
{
    store_counts counts = store_tally(s->store);

    if (!begins(r, "Stats", "stats"))
        return;
    pthread_mutex_lock(&s->lock);
    line(r, "total_connections_received:%llu", (unsigned long long)(s->accepted + s->rejected));
    line(r, "rejected_connections:%llu", (unsigned long long)s->rejected);
    pthread_mutex_unlock(&s->lock);
    line(r, "total_commands_processed:%llu", (unsigned long long)server_requests(s));
    line(r, "expired_keys:%llu", (unsigned long long)counts.expired);
    line(r, "keyspace_hits:%llu", (unsigned long long)counts.hits);
    line(r, "keyspace_misses:%llu", (unsigned long long)counts.misses);
    line(r, "pubsub_channels:%zu", pubsub_channels(s->pubsub));
    line(r, "pubsub_patterns:%zu", pubsub_patterns(s->pubsub));
}

static void tell_keyspace(report *r, server *s)
{
    size_t expiring, count = store_count(s->store, &expiring);

    if (!begins(r, "Keyspace", "keyspace"))
        return;
    if (count)
        line(r, "db0:keys=%zu,expires=%zu", count, expiring);
}

static void info(call *c)
{
    report r = {.call = c};
    server *s = c->client->server;

    tell_server(&r, s);
    tell_clients(&r, s);
    tell_stats(&r, s);
    tell_keyspace(&r, s);
    if (r.error)
        fail_memory(c);
    else
        reply_bulk(c->reply, (slice){r.text.len ? (char *)r.text.data : "", r.text.len});
    edo_buf_fini(&r.text);
}

/* --- the rest ------------------------------------------------------------------------------ */

static void now(call *c)
{
    struct timespec at;
    char text[INT_TEXT_MAX];

    clock_gettime(CLOCK_REALTIME, &at);
    reply_array(c->reply, 2);
    reply_bulk(c->reply, (slice){text, int_to_text(at.tv_sec, text)});
    reply_bulk(c->reply, (slice){text, int_to_text(at.tv_nsec / 1000, text)});
}

/* As redis-server does it, it has no answer: the connection ends. */
static void stop(call *c)
{
    if (c->count > 2 || (c->count == 2 && !slice_is(c->args[1], "nosave"))) {
        reply_error(c->reply, SYNTAX_ERROR);
        return;
    }
    c->client->quits = true;
    edo_cancel_token_cancel(c->client->server->stop);
}

const command commands_of_server[] = {{"client", client_command, -2, 0, 0, 0, 0},
                                      {"command", command_command, -1, 0, 0, 0, 0},
                                      {"config", config, -2, 0, 0, 0, 0},
                                      {"echo", echo, 2, 0, 0, 0, 0},
                                      {"info", info, -1, 0, 0, 0, COMMAND_ALL},
                                      {"ping", ping, -1, 0, 0, 0, COMMAND_PUBSUB},
                                      {"quit", quit, -1, 0, 0, 0, COMMAND_PUBSUB},
                                      {"reset", reset, 1, 0, 0, 0, COMMAND_PUBSUB},
                                      {"select", select_db, 2, 0, 0, 0, 0},
                                      {"shutdown", stop, -1, 0, 0, 0, 0},
                                      {"time", now, 1, 0, 0, 0, 0},
                                      {.name = NULL}};
