/* edo/metrics.h: what a runtime's workers have done, each by itself, and how long it took. */
#ifndef EDO_METRICS_H
#define EDO_METRICS_H

#include <edo/runtime.h>
#include <edo/text_sink.h>

EDO_BEGIN_DECLS

/** What one worker has done so far. */
typedef struct edo_worker_metrics {
    uint64_t thread_id; /**< the system's id of the thread that has it, or had it last; 0: none */
    edo_duration busy;  /**< time in which it did not sleep; it never falls */
    uint64_t polls;     /**< times it ran or resumed a task */
    uint64_t steals;    /**< tasks that it took from others */
    uint64_t overflows; /**< times that its full queue moved its older half */
    uint64_t parks;     /**< times it went to sleep */
    uint64_t driver_turns;  /**< its looks at the driver, parks included */
    uint64_t forced_yields; /**< waits that the budget forced */
    uint64_t spawned_tasks; /**< by tasks that it ran */
    uint64_t queued;        /**< tasks in its queues now, the LIFO slot not counted */
    edo_duration poll_time; /**< in tasks; 0 unless poll times are counted */
} edo_worker_metrics;

/** Reads a worker's counters, after the runtime's end, too. -EINVAL: NULL, or no such worker. */
EDO_API int edo_handle_worker_metrics(const edo_handle *handle, unsigned worker,
                                      edo_worker_metrics *ret_metrics);

/**
 * How long the runs of tasks took, of all workers together: needs edo_runtime_opts.poll_times.
 * At most `room` buckets are written; `buckets` may be NULL if that is 0.
 *
 * Returns   how many buckets there are; 0 if they are not counted; -EINVAL.
 */
EDO_API int64_t edo_handle_poll_times(const edo_handle *handle, edo_histogram_bucket *buckets,
                                      size_t room);
/** The same of the time from when a task was made ready to its run: needs track_latency. */
EDO_API int64_t edo_handle_latencies(const edo_handle *handle, edo_histogram_bucket *buckets,
                                     size_t room);

/**
 * Writes all metrics as text that Prometheus reads (version 0.0.4 of its format), for whatever
 * serves it. The runtime's name, or its number, is the label `runtime`.
 *
 * Returns   0; -EINVAL; what the sink returned.
 */
EDO_API int edo_handle_write_prometheus(const edo_handle *handle, edo_text_sink *sink, void *arg);

EDO_END_DECLS

#endif
