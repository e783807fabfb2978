/* info.c: control data of messages, read into fields and written from them. */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <string.h>
#include <time.h>

#include <edo/udp_message.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif
#ifndef UDP_GRO
#define UDP_GRO 104
#endif

#define NS_PER_S UINT64_C(1000000000)

/* Copies a part's data, of which the system may give less. */
static void copy_part(void *ret, size_t size, const struct cmsghdr *part)
{
    size_t len = part->cmsg_len - CMSG_LEN(0);

    memset(ret, 0, size);
    memcpy(ret, CMSG_DATA(part), len < size ? len : size);
}

/* The system gives some small numbers as a byte, some as an int: the machine's order decides. */
static int number_of(const struct cmsghdr *part)
{
    int number;

    if (part->cmsg_len - CMSG_LEN(0) < sizeof number)
        return *CMSG_DATA(part);
    copy_part(&number, sizeof number, part);
    return number;
}

static void set_to(edo_udp_info *info, const void *sin, socklen_t len, uint32_t interface)
{
    info->to = (edo_addr){.len = len};
    memcpy(&info->to.storage, sin, len);
    info->interface = interface;
    info->has |= EDO_UDP_HAS_TO;
}

static void read_to_v4(const struct cmsghdr *part, edo_udp_info *info)
{
    struct in_pktinfo said;

    copy_part(&said, sizeof said, part);
    struct sockaddr_in sin = {.sin_family = AF_INET, .sin_addr = said.ipi_addr};
    set_to(info, &sin, sizeof sin, (uint32_t)said.ipi_ifindex);
}

static void read_to_v6(const struct cmsghdr *part, edo_udp_info *info)
{
    struct in6_pktinfo said;

    copy_part(&said, sizeof said, part);
    struct sockaddr_in6 sin6 = {.sin6_family = AF_INET6, .sin6_addr = said.ipi6_addr};
    if (IN6_IS_ADDR_LINKLOCAL(&said.ipi6_addr))
        sin6.sin6_scope_id = said.ipi6_ifindex;
    set_to(info, &sin6, sizeof sin6, said.ipi6_ifindex);
}

static void read_time(const struct cmsghdr *part, edo_udp_info *info)
{
    struct timespec said;

    copy_part(&said, sizeof said, part);
    info->time_ns = (uint64_t)said.tv_sec * NS_PER_S + (uint64_t)said.tv_nsec;
    info->has |= EDO_UDP_HAS_TIME;
}

static void read_tos(const struct cmsghdr *part, edo_udp_info *info)
{
    info->tos = number_of(part) & 0xff;
    info->has |= EDO_UDP_HAS_TOS;
}

static void read_ttl(const struct cmsghdr *part, edo_udp_info *info)
{
    info->ttl = number_of(part);
    info->has |= EDO_UDP_HAS_TTL;
}

static void read_segment(const struct cmsghdr *part, edo_udp_info *info)
{
    info->segment = (uint16_t)number_of(part);
    info->has |= EDO_UDP_HAS_SEGMENT;
}

static void read_dropped(const struct cmsghdr *part, edo_udp_info *info)
{
    copy_part(&info->dropped, sizeof info->dropped, part);
    info->has |= EDO_UDP_HAS_DROPPED;
}

static const struct part_kind {
    int level, type;
    void (*read)(const struct cmsghdr *part, edo_udp_info *info);
} kinds[] = {
    {IPPROTO_IP, IP_PKTINFO, read_to_v4},    {IPPROTO_IPV6, IPV6_PKTINFO, read_to_v6},
    {IPPROTO_IP, IP_TOS, read_tos},          {IPPROTO_IPV6, IPV6_TCLASS, read_tos},
    {IPPROTO_IP, IP_TTL, read_ttl},          {IPPROTO_IPV6, IPV6_HOPLIMIT, read_ttl},
    {IPPROTO_UDP, UDP_GRO, read_segment},    {SOL_SOCKET, SO_TIMESTAMPNS, read_time},
    {SOL_SOCKET, SO_RXQ_OVFL, read_dropped},
};

static void read_part(const struct cmsghdr *part, edo_udp_info *info)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (part->cmsg_level == kinds[i].level && part->cmsg_type == kinds[i].type)
            kinds[i].read(part, info);
}

int edo_udp_info_read(const struct msghdr *msg, edo_udp_info *ret_info)
{
    edo_udp_info info;

    if (!msg || !ret_info)
        return -EINVAL;
    memset(&info, 0, sizeof info);
    struct msghdr all = *msg; /* CMSG_NXTHDR takes no const */
    for (struct cmsghdr *part = CMSG_FIRSTHDR(&all); part; part = CMSG_NXTHDR(&all, part))
        read_part(part, &info);
    *ret_info = info;
    return 0;
}

/* Writing. */

typedef struct part_writer {
    unsigned char *at;
    size_t room, used;
} part_writer;

static void write_part(part_writer *w, int level, int type, const void *data, size_t len)
{
    if (w->used + CMSG_SPACE(len) <= w->room) {
        struct cmsghdr part = {.cmsg_len = CMSG_LEN(len), .cmsg_level = level, .cmsg_type = type};
        memcpy(w->at + w->used, &part, sizeof part);
        memcpy(w->at + w->used + CMSG_LEN(0), data, len);
    }
    w->used += CMSG_SPACE(len);
}

static int write_from(part_writer *w, bool v6, const edo_udp_info *info)
{
    const struct sockaddr_in *sin = (const struct sockaddr_in *)&info->to.storage;
    const struct sockaddr_in6 *sin6 = (const struct sockaddr_in6 *)&info->to.storage;
    struct in_pktinfo from = {.ipi_ifindex = (int)info->interface};
    struct in6_pktinfo from_v6 = {.ipi6_ifindex = info->interface};

    if (info->to.len && info->to.storage.ss_family != (v6 ? AF_INET6 : AF_INET))
        return -EINVAL;
    if (info->to.len && v6)
        from_v6.ipi6_addr = sin6->sin6_addr;
    else if (info->to.len)
        from.ipi_spec_dst = sin->sin_addr;
    if (v6)
        write_part(w, IPPROTO_IPV6, IPV6_PKTINFO, &from_v6, sizeof from_v6);
    else
        write_part(w, IPPROTO_IP, IP_PKTINFO, &from, sizeof from);
    return 0;
}

static bool is_good(const edo_udp_info *info)
{
    return !((info->has & EDO_UDP_HAS_TOS) && (info->tos < 0 || info->tos > 255)) &&
           !((info->has & EDO_UDP_HAS_TTL) && (info->ttl < 1 || info->ttl > 255));
}

static int write_all(part_writer *w, bool v6, const edo_udp_info *info)
{
    int level = v6 ? IPPROTO_IPV6 : IPPROTO_IP, rc = 0;

    if (info->has & EDO_UDP_HAS_TO)
        rc = write_from(w, v6, info);
    if (info->has & EDO_UDP_HAS_TOS)
        write_part(w, level, v6 ? IPV6_TCLASS : IP_TOS, &info->tos, sizeof info->tos);
    if (info->has & EDO_UDP_HAS_TTL)
        write_part(w, level, v6 ? IPV6_HOPLIMIT : IP_TTL, &info->ttl, sizeof info->ttl);
    if (info->has & EDO_UDP_HAS_SEGMENT)
        write_part(w, IPPROTO_UDP, UDP_SEGMENT, &info->segment, sizeof info->segment);
    return rc;
}

int edo_udp_info_write(struct msghdr *msg, int family, const edo_udp_info *info)
{
    if (!msg || !info || (family != AF_INET && family != AF_INET6) || !is_good(info))
        return -EINVAL;
    part_writer w = {0};
    int rc = write_all(&w, family == AF_INET6, info); /* only to see how much it is */
    if (rc < 0)
        return rc;
    if (w.used > (msg->msg_control ? msg->msg_controllen : 0))
        return -ENOSPC;
    if (w.used == 0) {
        msg->msg_controllen = 0;
        return 0;
    }
    w = (part_writer){.at = msg->msg_control, .room = msg->msg_controllen};
    memset(w.at, 0, w.room); /* also what lies between the parts */
    write_all(&w, family == AF_INET6, info);
    msg->msg_controllen = w.used;
    return 0;
}
