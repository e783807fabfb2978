/* edo/trace.h: the last events of a runtime, as a file that trace viewers open. */
#ifndef EDO_TRACE_H
#define EDO_TRACE_H

#include <edo/runtime.h>
#include <edo/text_sink.h>

EDO_BEGIN_DECLS

/**
 * Writes the events that the runtime's flight recorder holds: a track a worker, with each run of a
 * task from its begin to its end, its spawns, wakes, steals, sleeps, and tasks that were stuck. The
 * format is Chrome's JSON of trace events, which the Perfetto viewer and speedscope open. The
 * runtime goes on meanwhile; so that may be done at any time, or after its end.
 *
 * Returns   0; -EINVAL; -ENODATA: it was built without flight_recorder; -ENOMEM; what the sink said.
 */
EDO_API int edo_handle_write_trace(const edo_handle *handle, edo_text_sink *sink, void *arg);

EDO_END_DECLS

#endif
