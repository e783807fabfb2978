/* call.c: getaddrinfo and getnameinfo, and their codes as edo's. */
#include "net/lookup/call.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <edo/error.h>

#include "base/sys_names.h"

_Static_assert(sizeof(((edo_addr_names *)0)->host) == NI_MAXHOST, "room for any name");
_Static_assert(sizeof(((edo_addr_names *)0)->service) == NI_MAXSERV, "room for any service");

static int from_resolver(int code, int error)
{
    switch (code) {
    case 0:
        return 0;
    case EAI_SYSTEM:
        return error ? -error : -EIO;
    case EAI_MEMORY:
        return -ENOMEM;
    case EAI_NONAME:
        return -EDO_EAI_NONAME;
    case EAI_AGAIN:
        return -EDO_EAI_AGAIN;
    case EAI_FAMILY:
        return -EDO_EAI_FAMILY;
    case EAI_SERVICE:
        return -EDO_EAI_SERVICE;
    case EAI_OVERFLOW:
        return -EDO_ETOOLONG;
#ifdef EAI_NODATA
    case EAI_NODATA:
        return -EDO_EAI_NODATA;
#endif
#ifdef EAI_ADDRFAMILY
    case EAI_ADDRFAMILY:
        return -EDO_EAI_NODATA; /* it has addresses, none of the family asked for */
#endif
    default:
        return -EDO_EAI_FAIL;
    }
}

/* A host's addresses. */

static int copy_list(const struct addrinfo *found, edo_addr_list *ret)
{
    size_t count = 0;

    for (const struct addrinfo *a = found; a; a = a->ai_next)
        count++;
    edo_addr *addr = calloc(count, sizeof *addr);
    if (!addr)
        return -ENOMEM;
    *ret = (edo_addr_list){.addr = addr};
    for (const struct addrinfo *a = found; a; a = a->ai_next)
        if (edo_addr_from_sockaddr(a->ai_addr, a->ai_addrlen, &addr[ret->count]) == 0)
            ret->count++;
    if (ret->count > 0)
        return 0;
    edo_addr_list_free(ret); /* of families that edo doesn't know */
    return -EDO_EAI_NODATA;
}

static void host_job_run(lane_job *lane)
{
    host_job *job = container_of(lane, host_job, lane);
    struct addrinfo hints = {.ai_family = job->opts.family,
                             .ai_socktype = job->opts.datagram ? SOCK_DGRAM : SOCK_STREAM,
                             .ai_flags = job->opts.passive ? AI_PASSIVE : 0};
    struct addrinfo *found = NULL;
    int error, code = sys_getaddrinfo(job->host, job->service, &hints, &found, &error);

    job->result = from_resolver(code, error);
    if (job->result < 0)
        return;
    job->result = copy_list(found, &job->list);
    freeaddrinfo(found);
}

void host_job_free(lane_job *lane)
{
    host_job *job = container_of(lane, host_job, lane);

    edo_addr_list_free(&job->list);
    free(job);
}

/* `len` bytes at *to with an end, which *to is moved behind. */
static const char *append(char **to, const char *text, size_t len)
{
    char *copy = memcpy(*to, text, len);

    copy[len] = '\0';
    *to += len + 1;
    return copy;
}

host_job *host_job_new(const char *host, size_t host_len, const char *service,
                       const edo_lookup_opts *opts)
{
    size_t service_len = service ? strlen(service) : 0;
    host_job *job = malloc(sizeof *job + host_len + service_len + 2);

    if (!job)
        return NULL;
    *job = (host_job){.lane = {.run = host_job_run, .release = host_job_free}, .opts = *opts};
    char *to = job->text;
    if (host)
        job->host = append(&to, host, host_len);
    if (service)
        job->service = append(&to, service, service_len);
    return job;
}

/* An address's names. */

static void names_job_run(lane_job *lane)
{
    names_job *job = container_of(lane, names_job, lane);
    int error, code = sys_getnameinfo((struct sockaddr *)&job->addr.storage, job->addr.len,
                                      job->names.host, sizeof job->names.host, job->names.service,
                                      sizeof job->names.service, &error);

    job->result = from_resolver(code, error);
}

void names_job_free(lane_job *lane)
{
    free(container_of(lane, names_job, lane));
}

names_job *names_job_new(const edo_addr *addr)
{
    names_job *job = malloc(sizeof *job);

    if (job)
        *job =
            (names_job){.lane = {.run = names_job_run, .release = names_job_free}, .addr = *addr};
    return job;
}
