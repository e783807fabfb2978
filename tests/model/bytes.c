/*
 * bytes.c: memory that several share goes once, after all have read it, and is written over by its buffer only
 * when they have.
 */
#include <stdlib.h>

#include <edo/bytes.h>

#include "base/atomic.h"
#include "engine/model.h"

static edo_bytes parts[3];
static edo_buf buf;
static unsigned char *memory; /* plain */
static unsigned freed;        /* atomic */

static void wipe(void *arg)
{
    unsigned char *bytes = arg;

    bytes[0] = bytes[1] = bytes[2] = 0; /* a race with whoever still reads */
    free(bytes);
    a_fetch_add(&freed, 1, relaxed);
}

static void setup_shared(void)
{
    model_ignore(&freed, sizeof freed);
    freed = 0;
    memory = malloc(3);
    memory[0] = memory[1] = memory[2] = 'x';
    model_assert(edo_bytes_own(memory, 3, wipe, memory, &parts[0]) == 0);
    parts[1] = edo_bytes_clone(&parts[0]);
    model_assert(edo_bytes_split_off(&parts[1], 1, &parts[2]) == 0);
}

static void use(unsigned i)
{
    edo_bytes clone = edo_bytes_clone(&parts[i]);

    model_assert(clone.data[0] == 'x');
    edo_bytes_free(&parts[i]);
    model_assert(clone.data[0] == 'x');
    edo_bytes_free(&clone);
}

static void use_first(void)
{
    use(0);
}

static void use_second(void)
{
    use(1);
}

static void use_third(void)
{
    edo_bytes_free(&parts[2]);
}

static void check_shared(void)
{
    model_assert(freed == 1);
}

/* What was split off is read elsewhere while the buffer goes on. */

static void setup_split(void)
{
    buf = (edo_buf){0};
    model_assert(edo_buf_reserve(&buf, 4) == 0);
    model_assert(edo_buf_append(&buf, "abc", 3) == 0);
    model_assert(edo_buf_split_to(&buf, 3, &parts[0]) == 0);
    parts[1] = edo_bytes_clone(&parts[0]);
}

static void read_part(unsigned i)
{
    model_assert(parts[i].data[0] == 'a' && parts[i].data[2] == 'c');
    edo_bytes_free(&parts[i]);
}

static void read_first(void)
{
    read_part(0);
}

static void read_second(void)
{
    read_part(1);
}

static void write_on(void)
{
    const unsigned char *before = buf.data;

    model_assert(edo_buf_append(&buf, "de", 2) == 0); /* in front, or elsewhere */
    model_outcome(buf.data + 3 == before ? "in_front" : "elsewhere");
    model_assert(buf.data[0] == 'd' && buf.data[1] == 'e');
    edo_buf_fini(&buf);
}

/* The other way round: it becomes a buffer again. */

static void setup_frozen(void)
{
    setup_split();
    edo_buf_fini(&buf);
}

static void thaw(void)
{
    edo_buf again;

    if (edo_bytes_thaw(&parts[0], &again) < 0) {
        model_outcome("busy");
        edo_bytes_free(&parts[0]);
        return;
    }
    model_outcome("thawed");
    again.data[0] = 'z';
    model_assert(edo_buf_split_to(&again, 1, &parts[0]) == 0);
    edo_bytes_free(&parts[0]); /* the buffer has its memory still */
    again.data[0] = 'y';
    edo_buf_fini(&again);
}

static const model_scenario scenarios[] = {
    {.name = "three_hold_and_the_last_frees",
     .setup = setup_shared,
     .threads = {use_first, use_second, use_third},
     .check = check_shared},
    {.name = "split_off_and_written_over",
     .setup = setup_split,
     .threads = {read_first, read_second, write_on},
     .outcomes = "in_front elsewhere"},
    {.name = "frozen_and_thawed",
     .setup = setup_frozen,
     .threads = {thaw, read_second},
     .outcomes = "busy thawed"},
};

MODEL_PROGRAM("bytes", scenarios)
