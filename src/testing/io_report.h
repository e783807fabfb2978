/* testing/io_report.h: what a mocked stream fails a test for, in words. */
#ifndef TESTING_IO_REPORT_H
#define TESTING_IO_REPORT_H

#include "testing/io_script.h"

/* Whose failure it is, and the place that it is told of. */
typedef struct io_report {
    const char *file;
    int line;
    const char *name;
} io_report;

/* By a write: something else than the script has, or more. */
void io_report_difference(io_report by, const io_difference *d);
void io_report_unexpected(io_report by, const io_script *s, const void *data, size_t len);
/* The first step that has bytes left, and how many steps do. */
void io_report_left(io_report by, const io_script *s, size_t first, size_t left);

#endif
