/* net/lookup/call.h: the resolver's two calls, as jobs of the lane with memory of their own. */
#ifndef NET_LOOKUP_CALL_H
#define NET_LOOKUP_CALL_H

#include <edo/lookup.h>

#include "net/lookup/lane.h"

/* For a host's addresses. */
typedef struct host_job {
    lane_job lane;
    edo_addr_list list; /* once it has run with 0 */
    int result;
    edo_lookup_opts opts;
    const char *host, *service; /* NULL, or in text */
    char text[];
} host_job;

/* For an address's names. */
typedef struct names_job {
    lane_job lane;
    int result;
    edo_addr addr;
    edo_addr_names names;
} names_job;

/* A job with copies of the names, of which one may be NULL. NULL: no memory. */
host_job *host_job_new(const char *host, size_t host_len, const char *service,
                       const edo_lookup_opts *opts);
names_job *names_job_new(const edo_addr *addr);
/* Frees the job and what it still has; `lane` is its. */
void host_job_free(lane_job *lane);
void names_job_free(lane_job *lane);

#endif
