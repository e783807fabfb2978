/* items.c: a stream of items, and what is made of it on the way, with a pause between two. */
#include <stdio.h>

#include <edo.h>

typedef struct reading {
    int sensor;
    double kelvin;
} reading;

static bool is_outside(void *arg, const void *item)
{
    (void)arg;
    return ((const reading *)item)->sensor == 2;
}

/* 1: it gives something; a negative errno would be an error among the items. */
static int to_celsius(void *arg, void *item, void *ret_item)
{
    (void)arg;
    *(double *)ret_item = ((const reading *)item)->kelvin - 273.15;
    return 1;
}

static int app(int argc, char **argv)
{
    static const reading readings[] = {
        {1, 294.15}, {2, 280.65}, {2, 281.15}, {1, 294.65}, {2, 283.65}};
    edo_instant begin = edo_now();
    edo_iter all;
    edo_stage outside, celsius;
    edo_timed slowly;
    double degrees;
    int rc;

    (void)argc, (void)argv;
    /* Each lies here, and has the one before; nothing is pulled yet. */
    edo_stream s = edo_stream_iter(&all, readings, 5, EDO_ITEM(reading));
    s = edo_stream_filter(&outside, s, is_outside, NULL);
    s = edo_stream_map(&celsius, s, to_celsius, NULL, EDO_ITEM(double));
    s = edo_stream_throttle(&slowly, s, EDO_SECONDS(60));
    while ((rc = edo_stream_next(s, &degrees)) > 0)
        printf("%4.1f degrees, after %.0f s\n", degrees,
               edo_duration_to_seconds(edo_elapsed(begin)));
    edo_stream_release(s); /* all four */
    return rc;
}

EDO_MAIN_WITH(app, EDO_OPTS(runtime, .kind = EDO_CURRENT_THREAD, .start_paused = true));
