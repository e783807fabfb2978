/*
 * script.h: a reader that gives what a script says, a step a read, and a writer that takes what it says; both say
 * PENDING where it says so, and wake at once.
 */
#ifndef TESTS_CODEC_SCRIPT_H
#define TESTS_CODEC_SCRIPT_H

#include <errno.h>
#include <string.h>

typedef struct step {
    const char *data; /* NULL: what follows */
    size_t len;       /* of a writer: the most it takes */
    int error;        /* negative; 0: the end, or a writer that takes nothing */
    bool waits;
} step;

#define BYTES(text)                                                                                \
    {                                                                                              \
        (text), sizeof(text) - 1, 0, false                                                         \
    }
#define TAKES(n)                                                                                   \
    {                                                                                              \
        "", (n), 0, false                                                                          \
    }
#define END                                                                                        \
    {                                                                                              \
        NULL, 0, 0, false                                                                          \
    }
#define FAILS(error)                                                                               \
    {                                                                                              \
        NULL, 0, (error), false                                                                    \
    }
#define WAITS                                                                                      \
    {                                                                                              \
        NULL, 0, 0, true                                                                           \
    }

typedef struct io_script {
    const step *steps;
    size_t count, at, done; /* bytes of the step that are */
    bool stands;            /* a wait lasts until this is false, or it is cancelled */
    unsigned calls, flushes, shutdowns;
    edo_buf written;
    char order[64]; /* w, f and s, as they came */
} io_script;

#define SCRIPT(...)                                                                                \
    {                                                                                              \
        .steps = (const step[]){__VA_ARGS__},                                                      \
        .count = sizeof((const step[]){__VA_ARGS__}) / sizeof(step)                                \
    }

static inline edo_poll script_says(edo_transfer *t, int64_t result)
{
    t->result = result;
    return EDO_READY;
}

/* The step of this call; NULL: it waits, or was cancelled, which *ret_is says. */
static inline const step *script_step(io_script *s, edo_transfer *t, const edo_waker *waker,
                                      edo_poll *ret_is)
{
    static const step end = END;
    const step *now = s->at < s->count ? &s->steps[s->at] : &end;

    if (!now->waits)
        return now;
    if (t->canceled) {
        *ret_is = script_says(t, -ECANCELED);
        return NULL;
    }
    if (!s->stands)
        s->at++;
    edo_waker_wake_by_ref(waker);
    *ret_is = EDO_PENDING;
    return NULL;
}

static inline edo_poll script_read(void *self, edo_transfer *t, const edo_waker *waker)
{
    io_script *s = self;
    edo_poll is;
    const step *now = script_step(s, t, waker, &is);

    if (!now)
        return is;
    s->calls++;
    if (!now->data) {
        s->at++;
        return script_says(t, now->error);
    }
    size_t n = now->len - s->done < t->len ? now->len - s->done : t->len;
    memcpy(t->buf, now->data + s->done, n);
    s->done += n;
    if (s->done == now->len) {
        s->done = 0;
        s->at++;
    }
    return script_says(t, (int64_t)n);
}

static inline edo_reader script_reader(io_script *s)
{
    static const edo_reader_ops ops = {.read = script_read, .name = "script"};

    return (edo_reader){&ops, s};
}

static inline void script_note(io_script *s, const char *call)
{
    if (strlen(s->order) + 1 < sizeof s->order)
        strcat(s->order, call);
}

/* A script that is at its end takes all. */
static inline edo_poll script_write(void *self, edo_transfer *t, const edo_waker *waker)
{
    io_script *s = self;
    edo_poll is;

    if (s->at == s->count) {
        s->calls++;
        script_note(s, "w");
        assert_ok(edo_buf_append(&s->written, t->buf, t->len));
        return script_says(t, (int64_t)t->len);
    }
    const step *now = script_step(s, t, waker, &is);
    if (!now)
        return is;
    s->calls++;
    s->at++;
    if (!now->data)
        return script_says(t, now->error);
    script_note(s, "w");
    size_t n = now->len < t->len ? now->len : t->len;
    assert_ok(edo_buf_append(&s->written, t->buf, n));
    return script_says(t, (int64_t)n);
}

static inline edo_poll script_flush(void *self, edo_transfer *t, const edo_waker *waker)
{
    io_script *s = self;

    (void)waker;
    s->flushes++;
    script_note(s, "f");
    return script_says(t, 0);
}

static inline edo_poll script_shutdown(void *self, edo_transfer *t, const edo_waker *waker)
{
    io_script *s = self;

    (void)waker;
    s->shutdowns++;
    script_note(s, "s");
    return script_says(t, 0);
}

static inline edo_writer script_writer(io_script *s)
{
    static const edo_writer_ops ops = {.write = script_write,
                                       .flush = script_flush,
                                       .shutdown = script_shutdown,
                                       .name = "script"};

    return (edo_writer){&ops, s};
}

/* Numbers of four and of eight bytes, as they lie in memory. */
static const edo_item number_items[] = {{.size = 4, .align = 4}, {.size = 8, .align = 8}};

typedef struct number_codec {
    size_t size;
    unsigned decodes, on_nothing;
} number_codec;

static inline int number_decode(void *self, edo_buf *src, void *frame)
{
    number_codec *codec = self;

    codec->decodes++;
    codec->on_nothing += src->len == 0;
    return src->len < codec->size ? 0 : edo_buf_take(src, frame, codec->size) < 0 ? -EINVAL : 1;
}

static inline edo_decoder number_decoder(number_codec *codec)
{
    static const edo_decoder_ops ops = {.decode = number_decode, .name = "number"};

    return (edo_decoder){&ops, codec, &number_items[codec->size / 8]};
}

static inline int number_encode(void *self, const void *frame, edo_buf *dst)
{
    const number_codec *codec = self;

    return edo_buf_append(dst, frame, codec->size);
}

static inline edo_encoder number_encoder(number_codec *codec)
{
    static const edo_encoder_ops ops = {.encode = number_encode, .name = "number"};

    return (edo_encoder){&ops, codec, &number_items[codec->size / 8]};
}

#endif
