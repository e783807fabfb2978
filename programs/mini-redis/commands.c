/* commands.c: finds the command, locks the shards of its keys, and runs it. */
#include "commands.h"

#include <ctype.h>
#include <stdlib.h>

#include "client.h"
#include "hash.h"

enum { NAME_MAX_LEN = 32 };

typedef struct named {
    node node;
    const command *command;
} named;

static const command *const lists[] = {
    commands_of_strings, commands_of_counters, commands_of_keys,  commands_of_lists,
    commands_of_hashes,  commands_of_server,   commands_of_pubsub};
static table names; /* nobody changes it once the server serves */

size_t commands_each(void (*fn)(const command *one, void *arg), void *arg)
{
    size_t count = 0;

    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        for (const command *at = lists[i]; at->name; at++, count++)
            if (fn)
                fn(at, arg);
    return count;
}

static void add_name(const command *one, void *arg)
{
    int *rc = arg;
    named *n = malloc(sizeof *n);

    if (!n) {
        *rc = -ENOMEM;
        return;
    }
    slice key = slice_of(one->name);
    *n = (named){.node = {.hash = hash_of(key), .key = key}, .command = one};
    if (table_insert(&names, &n->node) < 0) {
        free(n);
        *rc = -ENOMEM;
    }
}

int commands_begin(void)
{
    int rc = 0;

    commands_each(add_name, &rc);
    return rc;
}

void commands_end(void)
{
    table_walk walk;

    for (node *n = table_first(&names, &walk); n; n = table_next(&walk))
        free(n);
    table_fini(&names);
}

static const command *find_command(slice name)
{
    char lower[NAME_MAX_LEN];

    if (name.len > sizeof lower)
        return NULL;
    for (size_t i = 0; i < name.len; i++)
        lower[i] = (char)tolower((unsigned char)name.data[i]);
    slice key = {lower, name.len};
    const named *n = (const named *)table_find(&names, key, hash_of(key));
    return n ? n->command : NULL;
}

/* --- what can be wrong before it runs ------------------------------------------------------- */

static int shown(slice s, int most)
{
    return s.len < (size_t)most ? (int)s.len : most;
}

static void fail_unknown(call *c)
{
    char begin[160];
    int len = 0;

    for (size_t i = 1; i < c->count && len < 128; i++)
        len += snprintf(begin + len, sizeof begin - (size_t)len, "'%.*s' ",
                        shown(c->args[i], 128 - len), c->args[i].data);
    begin[len < (int)sizeof begin ? len : (int)sizeof begin - 1] = '\0';
    reply_error(c->reply, "ERR unknown command '%.*s', with args beginning with: %s",
                shown(c->args[0], 128), c->args[0].data, len ? begin : "");
}

void fail_memory(call *c)
{
    reply_error(c->reply, "ERR out of memory");
}

void fail_arity(call *c)
{
    reply_error(c->reply, "ERR wrong number of arguments for '%s' command", c->command->name);
}

static void fail_subcommand(call *c)
{
    char upper[NAME_MAX_LEN];
    size_t len = strlen(c->command->name);

    for (size_t i = 0; i <= len; i++)
        upper[i] = (char)toupper((unsigned char)c->command->name[i]);
    reply_error(c->reply, "ERR unknown subcommand '%.*s'. Try %s HELP.", shown(c->args[1], 128),
                c->args[1].data, upper);
}

void run_subcommand(call *c, const subcommand *known)
{
    for (; known->name; known++) {
        if (!slice_is(c->args[1], known->name))
            continue;
        if (c->count >= known->least && c->count <= known->most)
            known->run(c);
        else
            reply_error(c->reply, "ERR wrong number of arguments for '%s|%s' command",
                        c->command->name, known->name);
        return;
    }
    fail_subcommand(c);
}

static bool has_arity(const call *c)
{
    int arity = c->command->arity;

    return arity >= 0 ? c->count == (size_t)arity : c->count >= (size_t)-arity;
}

static bool may_run(call *c)
{
    if (!c->command)
        return fail_unknown(c), false;
    if (!has_arity(c))
        return fail_arity(c), false;
    if (client_is_subscribed(c->client) && !(c->command->flags & COMMAND_PUBSUB)) {
        reply_error(
            c->reply,
            "ERR Can't execute '%s': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / "
            "RESET are allowed in this context",
            c->command->name);
        return false;
    }
    return true;
}

/* --- running ------------------------------------------------------------------------------- */

static store_shards shards_of(call *c)
{
    const command *does = c->command;
    size_t last = does->last < 0 ? c->count - 1 : (size_t)does->last;
    store_shards shards = 0;

    if (does->flags & COMMAND_ALL)
        return STORE_ALL;
    if (does->first == 0)
        return 0;
    c->hash = hash_of(c->args[does->first]);
    shards = store_shard_of(c->hash);
    for (size_t i = (size_t)(does->first + does->step); i <= last; i += (size_t)does->step)
        shards |= store_shard_of(hash_of(c->args[i]));
    return shards;
}

/* Locks these shards and no others. */
static void hold(client *who, store_shards shards)
{
    if (who->held == shards)
        return;
    store_unlock(client_store(who), who->held);
    store_lock(client_store(who), shards);
    who->held = shards;
}

void commands_pause(client *who)
{
    hold(who, 0);
}

void commands_run(client *who, const resp_request *request)
{
    call c = {.client = who,
              .store = client_store(who),
              .reply = &who->out,
              .args = request->args,
              .count = request->count};

    c.command = find_command(c.args[0]);
    if (!may_run(&c))
        return;
    hold(who, shards_of(&c));
    c.command->run(&c);
}

/* --- for the commands ---------------------------------------------------------------------- */

bool arg_int(call *c, size_t i, int64_t *ret)
{
    bool is_int = slice_to_int(c->args[i], ret);

    if (!is_int)
        reply_error(c->reply, NOT_AN_INT);
    return is_int;
}

uint64_t key_hash(const call *c, size_t i)
{
    return i == (size_t)c->command->first ? c->hash : hash_of(c->args[i]);
}

entry *key_find(call *c, size_t i)
{
    return store_find(c->store, c->args[i], key_hash(c, i), &c->clock);
}

entry *key_read(call *c, size_t i)
{
    return store_look_up(c->store, c->args[i], key_hash(c, i), &c->clock);
}

static bool is_kind(call *c, const entry *e, value_kind kind)
{
    bool is = !e || e->kind == kind;

    if (!is)
        reply_error(c->reply, WRONG_TYPE);
    return is;
}

bool key_read_kind(call *c, size_t i, value_kind kind, entry **ret_entry)
{
    return is_kind(c, *ret_entry = key_read(c, i), kind);
}

bool key_write_kind(call *c, size_t i, value_kind kind, entry **ret_entry)
{
    return is_kind(c, *ret_entry = key_find(c, i), kind);
}

bool key_obtain(call *c, size_t i, value_kind kind, entry **ret_entry)
{
    if (!key_write_kind(c, i, kind, ret_entry))
        return false;
    if (*ret_entry || store_add(c->store, c->args[i], key_hash(c, i), kind, ret_entry) == 0)
        return true;
    fail_memory(c);
    return false;
}

bool expiry_of(call *c, int64_t n, bool is_seconds, bool is_relative, int64_t *ret_at)
{
    int64_t now = is_relative ? store_clock_now(&c->clock) : 0, at;

    if (__builtin_mul_overflow(n, is_seconds ? 1000 : 1, &at) ||
        __builtin_add_overflow(at, now, &at)) {
        reply_error(c->reply, "ERR invalid expire time in '%s' command", c->command->name);
        return false;
    }
    *ret_at = at;
    return true;
}
