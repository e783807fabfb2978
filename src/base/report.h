/* base/report.h: sentences on stderr, for misuse and for what can't be returned. */
#ifndef BASE_REPORT_H
#define BASE_REPORT_H

#include "base/macros.h"

/* Writes "edo: ", the text and a newline to stderr in one write(2). Allocates nothing. */
void report(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same in a debug build only. Arguments are not evaluated otherwise. */
#if EDO_DEBUG
#define report_misuse(...) report(__VA_ARGS__)
#else
#define report_misuse(...) ((void)0)
#endif

#endif
