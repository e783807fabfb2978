/* channel_define.c: the macros of edo/channel_define.h in use; tools/lint compiles it as C and as C++. */
#include <edo.h>

struct job {
    int number;
    double weight;
};

static void destroy_name(char **name)
{
    *name = NULL;
}

static int clone_name(char **to, char *const *from)
{
    *to = *from;
    return 0;
}

EDO_CHANNEL_DEFINE(jobs, struct job);
EDO_CHANNEL_DEFINE(numbers, int);
EDO_CHANNEL_DEFINE_DESTROY(names, char *, destroy_name);
EDO_ONESHOT_DEFINE(answer, struct job);
EDO_ONESHOT_DEFINE_DESTROY(last_name, char *, destroy_name);
EDO_BROADCAST_DEFINE(news, struct job);
EDO_BROADCAST_DEFINE_CLONE(called, char *, destroy_name, clone_name);

int use(jobs_sender tx, jobs_receiver rx, struct job *job);

int use(jobs_sender tx, jobs_receiver rx, struct job *job)
{
    edo_mpsc_send_future send = jobs_send_async(tx, job);
    edo_mpsc_recv_future recv = jobs_recv_async(rx, job);

    return edo_select(&send.base, &recv.base) + jobs_send(tx, *job) + jobs_recv(rx, job);
}
