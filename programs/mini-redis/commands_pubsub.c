/* commands_pubsub.c: subscribing and publishing. */
#include "commands.h"

#include <stdlib.h>

#include "client.h"
#include "server.h"

static pubsub *pubsub_of(const call *c)
{
    return c->client->server->pubsub;
}

static void confirm(call *c, const char *what, const slice *name)
{
    reply_array(c->reply, 3);
    reply_text(c->reply, what);
    if (name)
        reply_bulk(c->reply, *name);
    else
        reply_null(c->reply);
    reply_int(c->reply, (int64_t)subscriber_count(&c->client->subscriber));
}

static void subscribe_to(call *c, bool is_pattern)
{
    for (size_t i = 1; i < c->count; i++) {
        if (pubsub_subscribe(pubsub_of(c), &c->client->subscriber, c->args[i], is_pattern) < 0)
            fail_memory(c);
        else
            confirm(c, is_pattern ? "psubscribe" : "subscribe", &c->args[i]);
    }
}

static void leave(call *c, slice name, bool is_pattern)
{
    const char *what = is_pattern ? "punsubscribe" : "unsubscribe";
    char copy[256], *kept = name.len <= sizeof copy ? copy : malloc(name.len);

    if (!kept) {
        fail_memory(c);
        return;
    }
    memcpy(kept, name.data, name.len); /* it may be the subscription's own, which goes */
    slice confirmed = {kept, name.len};
    pubsub_unsubscribe(pubsub_of(c), &c->client->subscriber, name, is_pattern, c->reply);
    confirm(c, what, &confirmed);
    if (kept != copy)
        free(kept);
}

static void unsubscribe_from(call *c, bool is_pattern)
{
    slice name;

    for (size_t i = 1; i < c->count; i++)
        leave(c, c->args[i], is_pattern);
    if (c->count > 1)
        return;
    if (!subscriber_any(&c->client->subscriber, is_pattern, &name))
        confirm(c, is_pattern ? "punsubscribe" : "unsubscribe", NULL);
    while (!c->reply->error && subscriber_any(&c->client->subscriber, is_pattern, &name))
        leave(c, name, is_pattern);
}

static void subscribe(call *c)
{
    subscribe_to(c, false);
}

static void psubscribe(call *c)
{
    subscribe_to(c, true);
}

static void unsubscribe(call *c)
{
    unsubscribe_from(c, false);
}

static void punsubscribe(call *c)
{
    unsubscribe_from(c, true);
}

static void publish(call *c)
{
    reply_int(c->reply, (int64_t)pubsub_publish(pubsub_of(c), c->args[1], c->args[2]));
}

/* --- PUBSUB -------------------------------------------------------------------------------- */

typedef struct search {
    slice pattern;
    reply found;
    size_t count;
} search;

static void match(slice channel, void *arg)
{
    search *s = arg;

    if (!slice_matches(channel, s->pattern))
        return;
    s->count++;
    reply_bulk(&s->found, channel);
}

static void channels(call *c)
{
    if (c->count > 3) { /* redis-server says this of no other command of ours */
        reply_error(
            c->reply,
            "ERR unknown subcommand or wrong number of arguments for '%.*s'. Try PUBSUB HELP.",
            (int)c->args[1].len, c->args[1].data);
        return;
    }
    search s = {.pattern = c->count > 2 ? c->args[2] : slice_of("*")};

    pubsub_each(pubsub_of(c), match, &s);
    reply_array(c->reply, s.count);
    reply_append(c->reply, &s.found);
}

static void numsub(call *c)
{
    reply_array(c->reply, (c->count - 2) * 2);
    for (size_t i = 2; i < c->count; i++) {
        reply_bulk(c->reply, c->args[i]);
        reply_int(c->reply, (int64_t)pubsub_channel_subscribers(pubsub_of(c), c->args[i]));
    }
}

static void numpat(call *c)
{
    reply_int(c->reply, (int64_t)pubsub_patterns(pubsub_of(c)));
}

static void about(call *c)
{
    static const subcommand known[] = {{"channels", channels, 2, ANY_COUNT},
                                       {"numpat", numpat, 2, 2},
                                       {"numsub", numsub, 2, ANY_COUNT},
                                       {.name = NULL}};

    run_subcommand(c, known);
}

const command commands_of_pubsub[] = {{"psubscribe", psubscribe, -2, 0, 0, 0, COMMAND_PUBSUB},
                                      {"publish", publish, 3, 0, 0, 0, 0},
                                      {"pubsub", about, -2, 0, 0, 0, 0},
                                      {"punsubscribe", punsubscribe, -1, 0, 0, 0, COMMAND_PUBSUB},
                                      {"subscribe", subscribe, -2, 0, 0, 0, COMMAND_PUBSUB},
                                      {"unsubscribe", unsubscribe, -1, 0, 0, 0, COMMAND_PUBSUB},
                                      {.name = NULL}};
