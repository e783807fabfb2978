/*
 * base/text.h: text that is put together piece by piece and handed on as it fills its buffer.
 *
 * The first error of whoever takes it ends it: from then on nothing is added, and text_end says so.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <edo/text_sink.h>

typedef struct text {
    edo_text_sink *sink;
    void *arg;
    int rc;
    size_t used;
    char buf[2048];
} text;

void text_begin(text *t, edo_text_sink *sink, void *arg);
/* A piece is cut off at 1024 bytes. */
void text_add(text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Hands on what is left. 0, or what the sink said. */
int text_end(text *t);

#endif
