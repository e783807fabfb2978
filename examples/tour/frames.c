/* frames.c: messages over a connection that knows only bytes: a codec at each end. */
#include <stdio.h>
#include <string.h>

#include <edo.h>

/* Two bytes of length in front of each message. */
static int frames_on(edo_framed *framed, edo_length_codec *codec, edo_duplex *end)
{
    int rc = edo_length_codec_init(codec, EDO_OPTS(length_codec, .length_bytes = 2));

    if (rc < 0)
        return rc;
    return edo_framed_init(framed, edo_duplex_io(end), edo_length_decoder(codec),
                           edo_length_encoder(codec), NULL);
}

/* Says how long each message was, in a message. */
static int count(void *arg)
{
    edo_duplex *end = arg;
    edo_length_codec codec;
    edo_framed framed;
    edo_bytes message;
    int rc = frames_on(&framed, &codec, end);

    if (rc == 0) {
        while ((rc = edo_framed_next(&framed.reader, &message)) > 0) {
            char text[32];
            int n = snprintf(text, sizeof text, "%zu bytes", message.len);
            edo_bytes answer = edo_bytes_static(text, (size_t)n);
            edo_bytes_free(&message);
            if ((rc = edo_framed_send(&framed.writer, &answer, NULL)) < 0)
                break;
        }
        edo_framed_fini(&framed);
    }
    edo_duplex_close(end);
    return rc;
}

static int ask(edo_duplex *end)
{
    static const char *const texts[] = {"one", "",
                                        "and a third, which is longer than the pipe has room"};
    edo_length_codec codec;
    edo_framed framed;
    edo_bytes answer;
    int rc = frames_on(&framed, &codec, end);

    if (rc < 0)
        return rc;
    for (int i = 0; i < 3 && rc >= 0; i++) {
        edo_bytes text = edo_bytes_static(texts[i], strlen(texts[i]));
        rc = edo_framed_send(&framed.writer, &text, NULL);
        if (rc == 0 && (rc = edo_framed_next(&framed.reader, &answer)) > 0) {
            printf("%.*s\n", (int)answer.len, (const char *)answer.data);
            edo_bytes_free(&answer);
        }
    }
    edo_framed_fini(&framed);
    return rc < 0 ? rc : 0;
}

static int app(int argc, char **argv)
{
    edo_duplex *here, *there; /* 16 bytes at a time */
    edo_task counter;
    int ret = 0, rc = edo_duplex_new(16, &here, &there);

    (void)argc, (void)argv;
    if (rc < 0)
        return rc;
    if ((rc = edo_spawn(count, there, &counter)) < 0)
        edo_duplex_close(there);
    else
        rc = ask(here);
    edo_duplex_close(here);
    int joined = rc < 0 ? 0 : edo_join(counter, &ret);
    return rc < 0 ? rc : joined < 0 ? joined : ret;
}

EDO_MAIN(app);
