/* commands.h: what a client can ask for: a row each, with where its keys are, and the function that does it. */
#ifndef COMMANDS_H
#define COMMANDS_H

#include "reply.h"
#include "resp.h"
#include "store.h"

struct client;
struct command;

/** A request while it is being done. */
typedef struct call {
    struct client *client;
    store *store;
    reply *reply;
    const struct command *command;
    slice *args; /**< args[0] is the command's name */
    size_t count;
    uint64_t hash; /**< of the first key */
    store_clock clock;
} call;

enum command_flags {
    COMMAND_WRITES = 1,
    COMMAND_READS = 2,
    COMMAND_PUBSUB = 4, /**< also for a client that has subscribed to something */
    COMMAND_ALL = 8     /**< works on all shards */
};

/** The shards of the keys args[first], args[first + step] ... args[last] are locked while it runs. */
typedef struct command {
    const char *name;
    void (*run)(call *c);
    int arity; /**< arguments with the name; -n: at least n */
    int first; /**< 0: it has no keys */
    int last;  /**< -1: the last argument */
    int step;
    unsigned flags;
} command;

/** The commands of a kind; the last has no name. */
extern const command commands_of_strings[], commands_of_counters[], commands_of_keys[],
    commands_of_lists[], commands_of_hashes[], commands_of_server[], commands_of_pubsub[];

/** Once, before the first request. 0; -ENOMEM. */
int commands_begin(void);
void commands_end(void);
/**
 * Does one request of a client, whose reply it appends. The shards that it needed stay locked, so that the next
 * request, which often wants the same, finds them so; those that it doesn't want are unlocked first.
 */
void commands_run(struct client *who, const resp_request *request);
/** Unlocks what the last request has left locked. Before the client waits for anything. */
void commands_pause(struct client *who);
/** Calls `fn` for each command. Returns how many there are. */
size_t commands_each(void (*fn)(const command *one, void *arg), void *arg);

/* For the commands. */

#define WRONG_TYPE "WRONGTYPE Operation against a key holding the wrong kind of value"
#define NOT_AN_INT "ERR value is not an integer or out of range"
#define NOT_A_FLOAT "ERR value is not a valid float"
#define SYNTAX_ERROR "ERR syntax error"
#define NO_SUCH_KEY "ERR no such key"

void fail_memory(call *c);
void fail_arity(call *c);

/** What follows the name of a command that has several: CONFIG GET. */
typedef struct subcommand {
    const char *name;
    void (*run)(call *c);
    size_t least, most; /**< arguments with both names */
} subcommand;

#define ANY_COUNT SIZE_MAX

/** Runs that of args[1], or answers why not. The last of `known` has no name. */
void run_subcommand(call *c, const subcommand *known);
/** Reads args[i] as a number; false: it has answered that it is none. */
bool arg_int(call *c, size_t i, int64_t *ret);
/** The hash of the key args[i]. */
uint64_t key_hash(const call *c, size_t i);
/** The entry of the key args[i] or NULL. */
entry *key_find(call *c, size_t i);
/** The same to be read: it counts as a hit or a miss. */
entry *key_read(call *c, size_t i);
/** The same of that kind. False: it has answered that it is of another. */
bool key_read_kind(call *c, size_t i, value_kind kind, entry **ret_entry);
/** The same to be changed. */
bool key_write_kind(call *c, size_t i, value_kind kind, entry **ret_entry);
/** The same; NULL makes an empty one. False: it has answered. */
bool key_obtain(call *c, size_t i, value_kind kind, entry **ret_entry);
/**
 * A time of expiry from a number that a client has sent, in milliseconds since 1970: of seconds or milliseconds,
 * from now on or since 1970. False: it is out of range, and it has answered so.
 */
bool expiry_of(call *c, int64_t n, bool is_seconds, bool is_relative, int64_t *ret_at);

#endif
