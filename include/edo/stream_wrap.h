/*
 * edo/stream_wrap.h: channels, sets of tasks, listeners, signals, lines and folders as streams.
 *
 * Each lies with its user, and its fields are private. It owns what it was made of, which goes with the
 * release, unless it was taken back before: by the function of its kind, while no next is under way. The
 * stream has ended then.
 */
#ifndef EDO_STREAM_WRAP_H
#define EDO_STREAM_WRAP_H

#include <edo/broadcast.h>
#include <edo/bytes.h>
#include <edo/dir.h>
#include <edo/item_sink.h>
#include <edo/join_set.h>
#include <edo/lines.h>
#include <edo/mpsc.h>
#include <edo/signal.h>
#include <edo/stream.h>
#include <edo/tcp.h>
#include <edo/unix.h>
#include <edo/watch.h>

EDO_BEGIN_DECLS

/** What they begin with. Private. */
typedef struct edo_wrapped {
    edo_future *fut; /* of the latest next */
    bool has_ended;
} edo_wrapped;

/** A receiver of a channel. */
typedef struct edo_mpsc_items {
    edo_wrapped wrapped;
    edo_mpsc_receiver *rx;
    edo_mpsc_recv_future recv;
} edo_mpsc_items;

/** What a channel's receiver gets, until it is closed and empty. `item` has to be the channel's kind. */
EDO_API_STREAM_WRAP edo_stream edo_stream_of_mpsc(edo_mpsc_items *items, edo_mpsc_receiver *rx,
                                                  const edo_item *item);
/** Closes the channel; what is in it is still given. */
EDO_API_STREAM_WRAP void edo_mpsc_items_close(edo_mpsc_items *items);
/** The receiver back; NULL if it was taken already. */
EDO_API_STREAM_WRAP edo_mpsc_receiver *edo_mpsc_items_take(edo_mpsc_items *items);

/** A sender of a channel, as a sink. */
typedef struct edo_mpsc_sink {
    edo_mpsc_sender *tx;
    edo_mpsc_permit permit;
    edo_mpsc_reserve_future reserve;
    bool is_unbounded;
} edo_mpsc_sink;

/** Sends what it is given to a channel: there is room when the channel has some. Its close gives up the
 * sender, which is the sink's from then on. `is_unbounded`: the channel is. */
EDO_API_STREAM_WRAP edo_item_sink edo_sink_of_mpsc(edo_mpsc_sink *sink, edo_mpsc_sender *tx,
                                                   const edo_item *item, bool is_unbounded);

/** A receiver of a broadcast channel. */
typedef struct edo_broadcast_items {
    edo_wrapped wrapped;
    edo_broadcast_receiver *rx;
    edo_broadcast_recv_future recv;
    uint64_t missed;
} edo_broadcast_items;

/** What a broadcast's receiver gets. Where it lagged: -EDO_ELAGGED as an item, then the oldest that is left. */
EDO_API_STREAM_WRAP edo_stream edo_stream_of_broadcast(edo_broadcast_items *items,
                                                       edo_broadcast_receiver *rx,
                                                       const edo_item *item);
/** How many items the latest -EDO_ELAGGED was about. */
EDO_API_STREAM_WRAP uint64_t edo_broadcast_items_missed(const edo_broadcast_items *items);
EDO_API_STREAM_WRAP edo_broadcast_receiver *edo_broadcast_items_take(edo_broadcast_items *items);

/** A receiver of a watch. */
typedef struct edo_watch_items {
    edo_wrapped wrapped;
    edo_watch_receiver *rx;
    edo_watch_changed_future changed;
    const edo_item *item;
} edo_watch_items;

/**
 * The value of a watch, and each that it changes to, the latest only where there were several. Each is a
 * copy, by the item's `clone` if it has one; what that says if it fails is an error as an item. The value
 * that is there is the first, unless the receiver has seen it and `only_changes` is true.
 */
EDO_API_STREAM_WRAP edo_stream edo_stream_of_watch(edo_watch_items *items, edo_watch_receiver *rx,
                                                   const edo_item *item, bool only_changes);
EDO_API_STREAM_WRAP edo_watch_receiver *edo_watch_items_take(edo_watch_items *items);

/** A set of tasks. */
typedef struct edo_join_set_items {
    edo_wrapped wrapped;
    edo_join_set *set;
    edo_join_next_future next;
} edo_join_set_items;

/** The results of a set's tasks, an edo_joined each, as they end. It ends when the set is empty, and goes on
 * when there are tasks in it again. */
EDO_API_STREAM_WRAP edo_stream edo_stream_of_join_set(edo_join_set_items *items, edo_join_set *set);
EDO_API_STREAM_WRAP edo_join_set *edo_join_set_items_take(edo_join_set_items *items);

/** A listener. */
typedef struct edo_tcp_incoming {
    edo_wrapped wrapped;
    edo_tcp_listener *listener;
    edo_tcp_accept_future accept;
} edo_tcp_incoming;

/** The connections that a listener accepts: an edo_tcp_stream pointer each. Errors of accept are items; it
 * never ends by itself. */
EDO_API_STREAM_WRAP edo_stream edo_stream_of_tcp(edo_tcp_incoming *incoming,
                                                 edo_tcp_listener *listener);
EDO_API_STREAM_WRAP edo_tcp_listener *edo_tcp_incoming_take(edo_tcp_incoming *incoming);

/** The same of a Unix socket. */
typedef struct edo_unix_incoming {
    edo_wrapped wrapped;
    edo_unix_listener *listener;
    edo_unix_accept_future accept;
} edo_unix_incoming;

/** As edo_stream_of_tcp, of edo_unix_stream pointers. */
EDO_API_STREAM_WRAP edo_stream edo_stream_of_unix(edo_unix_incoming *incoming,
                                                  edo_unix_listener *listener);
/** The listener back; NULL if it was taken already. */
EDO_API_STREAM_WRAP edo_unix_listener *edo_unix_incoming_take(edo_unix_incoming *incoming);

/** A signal's listener. */
typedef struct edo_signal_items {
    edo_wrapped wrapped;
    edo_signal *signal;
    edo_signal_recv_future recv;
} edo_signal_items;

/** A signal each time it came, as edo_signal_recv has it: items of no bytes. It ends when the listener is
 * closed meanwhile, and with its runtime. */
EDO_API_STREAM_WRAP edo_stream edo_stream_of_signal(edo_signal_items *items, edo_signal *signal);
EDO_API_STREAM_WRAP edo_signal *edo_signal_items_take(edo_signal_items *items);

/** Lines, or pieces between delimiters. */
typedef struct edo_piece_items {
    edo_wrapped wrapped;
    edo_pieces pieces;
    edo_pieces_next_future next;
    char *piece;
    size_t len;
} edo_piece_items;

/** What edo_lines or edo_split_at give: a copy each, as edo_bytes. The pieces are its own from then on. */
EDO_API_STREAM_WRAP edo_stream edo_stream_of_pieces(edo_piece_items *items, edo_pieces pieces);
/**
 * Appends all of a stream of edo_bytes to a buffer.
 *
 * Returns   0 at the end; the stream's first error, -ENOMEM or -EDO_ETOOLONG of the buffer, and then it is as
 *           it was; -EINVAL; or why the waiting was cut short, and then what had come is there.
 * Suspends  while the stream does.
 * Cancel    says how much it took: it is in the buffer.
 */
EDO_API_STREAM_WRAP int edo_stream_collect_bytes(edo_stream from, edo_buf *into);

/** An open folder. */
typedef struct edo_dir_items {
    edo_wrapped wrapped;
    edo_dir *dir;
    edo_dir_next_future next;
    edo_dir_entry entry;
} edo_dir_items;

/** The entries of a folder, an edo_dir_entry each, whose texts are its own: edo_dir_entry_fini ends it. */
EDO_API_STREAM_WRAP edo_stream edo_stream_of_dir(edo_dir_items *items, edo_dir *dir);
/** Frees an entry that came from such a stream. */
EDO_API_STREAM_WRAP void edo_dir_entry_fini(edo_dir_entry *entry);
EDO_API_STREAM_WRAP edo_dir *edo_dir_items_take(edo_dir_items *items);

EDO_END_DECLS

#endif
