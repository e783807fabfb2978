/*
 * tinydb.c: a database in memory, for any number of clients: a line asks, and a line answers.
 *
 *     SET name some words        ok
 *     GET name                   name = some words
 *     GET other                  no such key: other
 *
 * A value is a part of the line that brought it: nothing is copied, neither there nor on its way out.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <edo.h>

#define BUCKETS 1024

typedef struct entry {
    struct entry *next;
    edo_bytes value;
    char key[];
} entry;

typedef struct database {
    edo_mutex lock; /* guards the rest */
    entry *buckets[BUCKETS];
} database;

/* What a client is told. The texts are the request's, and last as long as that. */
typedef struct answer {
    const char *says; /* a format for key and value */
    const char *key;
    edo_bytes value;
} answer;

static entry **find(database *db, const char *key)
{
    unsigned hash = 5381;

    for (const char *c = key; *c; c++)
        hash = hash * 33 + (unsigned char)*c;
    entry **link = &db->buckets[hash % BUCKETS];
    while (*link && strcmp((*link)->key, key) != 0)
        link = &(*link)->next;
    return link;
}

static void get(database *db, const char *key, answer *ret)
{
    const entry *found = *find(db, key);

    *ret = (answer){.says = found ? "%s = %s\n" : "no such key: %s\n", .key = key};
    if (found)
        ret->value = edo_bytes_clone(&found->value);
}

/* `value` is given away if it says 0. */
static int set(database *db, const char *key, edo_bytes *value)
{
    entry **link = find(db, key);

    if (!*link) {
        size_t size = strlen(key) + 1;
        entry *added = calloc(1, sizeof *added + size);
        if (!added)
            return -ENOMEM;
        memcpy(added->key, key, size);
        *link = added;
    }
    edo_bytes_free(&(*link)->value);
    (*link)->value = *value;
    return 0;
}

/* Cuts a word off the front of a text: the rest, or NULL where there is none. */
static char *cut(char *text)
{
    char *space = strchr(text, ' ');

    if (space)
        *space = 0;
    return space ? space + 1 : NULL;
}

/* Answers a line. Lines have a zero behind them, and this one is the caller's alone. */
static int obey(database *db, const edo_bytes *line, answer *ret)
{
    char *verb = (char *)(uintptr_t)line->data, *key = cut(verb);
    char *text = key ? cut(key) : NULL;
    int rc = edo_mutex_lock(&db->lock);

    if (rc < 0)
        return rc;
    *ret = (answer){.says = "GET key, or SET key value\n"};
    if (key && !text && strcmp(verb, "GET") == 0) {
        get(db, key, ret);
    } else if (text && strcmp(verb, "SET") == 0) {
        size_t at = (size_t)(text - verb);
        edo_bytes value;
        rc = edo_bytes_slice(line, at, line->len - at, &value);
        if (rc == 0 && (rc = set(db, key, &value)) < 0)
            edo_bytes_free(&value);
        *ret = (answer){.says = rc < 0 ? "no memory\n" : "ok\n"};
    }
    edo_mutex_unlock(&db->lock);
    return 0;
}

static int encode(void *self, const void *frame, edo_buf *dst)
{
    const answer *a = frame;

    (void)self;
    return edo_buf_print(dst, a->says, a->key, (const char *)a->value.data);
}

static int serve(edo_tcp_stream *conn, void *arg)
{
    static const edo_encoder_ops answers = {.encode = encode, .name = "answers"};
    static const edo_item is_answer = {.size = sizeof(answer)};
    edo_lines_codec codec = {.max_len = 1 << 20};
    edo_framed framed;
    edo_bytes line;
    int rc = edo_framed_init(&framed, edo_tcp_io(conn), edo_lines_decoder(&codec),
                             (edo_encoder){&answers, NULL, &is_answer}, NULL);

    while (rc >= 0 && (rc = edo_framed_next(&framed.reader, &line)) > 0) {
        answer a = {.says = NULL};
        if ((rc = obey(arg, &line, &a)) == 0)
            rc = edo_framed_send(&framed.writer, &a, NULL);
        edo_bytes_free(&a.value);
        edo_bytes_free(&line);
    }
    edo_framed_fini(&framed);
    edo_tcp_close(conn);
    return rc;
}

static void end(database *db)
{
    for (int i = 0; i < BUCKETS; i++) {
        for (entry *e = db->buckets[i], *next; e; e = next) {
            next = e->next;
            edo_bytes_free(&e->value);
            free(e);
        }
    }
    edo_mutex_fini(&db->lock);
}

static int stop_when_asked(void *arg)
{
    int rc = edo_termination();

    edo_cancel_token_cancel(arg);
    return rc < 0 && rc != -ECANCELED ? rc : 0;
}

static int app(int argc, char **argv)
{
    static database db;
    edo_tcp_listener *listener;
    edo_cancel_token *stop;
    edo_task waiter;
    int rc = edo_tcp_listen(argc > 1 ? argv[1] : "127.0.0.1:8080", &listener);

    if (rc < 0)
        return rc;
    if ((rc = edo_cancel_token_new(&stop)) == 0) {
        edo_mutex_init(&db.lock);
        if ((rc = edo_spawn(stop_when_asked, stop, &waiter)) == 0) {
            rc = edo_serve(listener, serve, &db, EDO_OPTS(serve, .stop = stop, .limit = 1000));
            edo_task_abort(waiter);
            edo_join(waiter, NULL);
        }
        end(&db);
        edo_cancel_token_free(stop);
    }
    edo_tcp_listener_close(listener);
    return rc == -ETIMEDOUT ? 0 : rc; /* clients that were still there */
}

EDO_MAIN(app);
