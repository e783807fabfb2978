/* oneshot_memory_test.c: a channel that there is no memory for. */
#include <stdlib.h>

#include "sync/rig.h"

/* What is aligned more than malloc aligns comes from here; all else of the process does not. */
void *aligned_alloc(size_t align, size_t size)
{
    (void)align, (void)size;
    return NULL;
}

EDO_TEST_PLAIN(without_memory_there_is_no_channel)
{
    const edo_item aligned = {.size = 64, .align = 64};
    edo_oneshot_sender *tx = NULL;
    edo_oneshot_receiver *rx = NULL;

    assert_err(edo_oneshot_new(&aligned, &tx, &rx), -ENOMEM);
    assert_null(tx);
    assert_null(rx);
}
