/*
 * edo/udp_message.h: UDP's messages with all that belongs to them: several pieces, control data, flags; many
 * of them by one system call; and what became of those sent.
 *
 * Messages are the system's struct msghdr and struct mmsghdr (sys/socket.h, with _GNU_SOURCE). Their control
 * data is read and written by an edo_udp_info.
 */
#ifndef EDO_UDP_MESSAGE_H
#define EDO_UDP_MESSAGE_H

#include <edo/udp.h>

EDO_BEGIN_DECLS

struct mmsghdr;

/** What a message says besides its bytes and its sender; and, to be sent, what it shall say. */
typedef struct edo_udp_info {
    unsigned has; /**< the EDO_UDP_HAS_ bits of the fields below that are there */
    edo_addr to;  /**< received: the address it was sent to, without a port. Sent: from which */
    uint32_t interface; /**< by its index: where it came in, or is to go out; comes with `to` */
    int tos;            /**< type of service, or traffic class: DSCP << 2 | ECN */
    int ttl;
    uint16_t segment; /**< its bytes are datagrams of this size, of which the last may be shorter */
    uint32_t dropped; /**< how many datagrams this socket had no room for, since it was made */
    uint64_t time_ns; /**< when the system received it, since 1970 */
} edo_udp_info;

enum {
    EDO_UDP_HAS_TO = 1,
    EDO_UDP_HAS_TOS = 2,
    EDO_UDP_HAS_TTL = 4,
    EDO_UDP_HAS_SEGMENT = 8,
    EDO_UDP_HAS_DROPPED = 16,
    EDO_UDP_HAS_TIME = 32,
};

/** Room for the control data of a message, in a buffer aligned as a size_t is. */
#define EDO_UDP_CONTROL_MAX 256

/** Reads a received message's control data. 0; -EINVAL for NULL. What isn't there is zero. */
EDO_API_UDP int edo_udp_info_read(const struct msghdr *msg, edo_udp_info *ret_info);
/**
 * Writes control data for a send: of `to`, `tos`, `ttl` and `segment` what info->has names, for a socket of
 * `family`, AF_INET or AF_INET6. msg_control has msg_controllen bytes of room, and msg_controllen is what was
 * used afterwards.
 *
 * Returns   0; -EINVAL (NULL, another family, a value out of range), -ENOSPC: then nothing was written.
 */
EDO_API_UDP int edo_udp_info_write(struct msghdr *msg, int family, const edo_udp_info *info);

/**
 * Receives a message as recvmsg(2) does, with its `flags` (MSG_PEEK, MSG_TRUNC). On success `msg` has the
 * sender in msg_name, if that isn't NULL, the length of it and of the control data, and in msg_flags whether
 * something was cut (MSG_TRUNC, MSG_CTRUNC); on failure it is untouched.
 *
 * Returns   as edo_udp_recv; with MSG_TRUNC in `flags` the datagram's length.
 * Owns      what `msg` points to, and `msg`, are the socket's until the receive is READY.
 * Suspends  unless a datagram is there.
 * Cancel    puts back, with its control data. Else takes none, or the success stands.
 */
EDO_API_UDP ssize_t edo_udp_recv_msg(edo_udp_socket *socket, struct msghdr *msg, int flags);
EDO_API_UDP edo_udp_recv_future edo_udp_recv_msg_async(edo_udp_socket *socket, struct msghdr *msg,
                                                       int flags);
/** Without waiting: -EAGAIN. */
EDO_API_UDP ssize_t edo_udp_try_recv_msg(edo_udp_socket *socket, struct msghdr *msg, int flags);

/** Sends a message as sendmsg(2) does. The results of edo_udp_send; `msg` stays until it is READY. */
EDO_API_UDP ssize_t edo_udp_send_msg(edo_udp_socket *socket, const struct msghdr *msg, int flags);
EDO_API_UDP edo_udp_send_future edo_udp_send_msg_async(edo_udp_socket *socket,
                                                       const struct msghdr *msg, int flags);
/** Without waiting: -EAGAIN. */
EDO_API_UDP ssize_t edo_udp_try_send_msg(edo_udp_socket *socket, const struct msghdr *msg,
                                         int flags);

typedef edo_datagram_many_future edo_udp_many_future;

/**
 * Receives as many datagrams as are there, at least one and at most `count`, by one system call. All headers
 * have as much room for the sender and for control data as the first.
 *
 * Returns   how many: msg_len of each is its length; -EINVAL (NULL, `count` under 1, different rooms); else
 *           as edo_udp_recv.
 * Owns      `msgs`, and what they point to, are the socket's until the receive is READY.
 * Suspends  unless a datagram is there.
 * Cancel    puts back all of them, in order. Else takes none, or the success stands.
 */
EDO_API_UDP int edo_udp_recv_many(edo_udp_socket *socket, struct mmsghdr *msgs, int count);
EDO_API_UDP edo_udp_many_future edo_udp_recv_many_async(edo_udp_socket *socket,
                                                        struct mmsghdr *msgs, int count);
/** Without waiting: -EAGAIN. */
EDO_API_UDP int edo_udp_try_recv_many(edo_udp_socket *socket, struct mmsghdr *msgs, int count);

/**
 * Sends messages by one system call, as many as there is room for, at least one.
 *
 * Returns   how many were sent, msg_len of each says how many bytes; an error if that was the first one's. A
 *           later one's error ends the batch, and comes again if the rest is sent. -EINVAL (NULL, `count`
 *           under 1); else as edo_udp_send.
 * Owns      `msgs`, and what they point to, are the socket's until the send is READY.
 * Suspends  unless there is room for the first.
 * Cancel    says how much it gave: messages that were sent are the result; none: -ECANCELED.
 */
EDO_API_UDP int edo_udp_send_many(edo_udp_socket *socket, struct mmsghdr *msgs, int count);
EDO_API_UDP edo_udp_many_future edo_udp_send_many_async(edo_udp_socket *socket,
                                                        struct mmsghdr *msgs, int count);
/** Without waiting: -EAGAIN. */
EDO_API_UDP int edo_udp_try_send_many(edo_udp_socket *socket, struct mmsghdr *msgs, int count);

/** What a datagram met on its way. */
typedef struct edo_udp_error {
    int error;       /**< a negative errno: -ECONNREFUSED */
    uint8_t origin;  /**< SO_EE_ORIGIN_LOCAL, _ICMP, _ICMP6 … of linux/errqueue.h */
    uint8_t type;    /**< ICMP's */
    uint8_t code;    /**< ICMP's */
    uint32_t info;   /**< with -EMSGSIZE what the way can take */
    edo_addr to;     /**< to whom it was sent; no address where that is not known */
    edo_addr source; /**< who says so; no address: this machine */
} edo_udp_error;

/**
 * Takes the oldest error that a sent datagram met, and as much of that datagram as fits into `len` bytes. The
 * socket has EDO_UDP_RECV_ERRORS. A send or receive that comes first has the error as its result, too. edo_udp_ready with
 * EDO_ERROR waits for one; it is told of both, so edo_udp_take_error is to be asked as well.
 *
 * Returns   how many bytes of the datagram; -EAGAIN: there is no error; -EINVAL; -EDO_ESHUTDOWN.
 */
EDO_API_UDP ssize_t edo_udp_try_recv_error(edo_udp_socket *socket, void *buf, size_t len,
                                           edo_udp_error *ret_error);

EDO_END_DECLS

#endif
