/* edo.h: all of edo. */
#ifndef EDO_H
#define EDO_H

#include <edo/errno.h>          /* an errno that is safe across a suspension */
#include <edo/version.h>        /* which edo this is */
#include <edo/error.h>          /* the codes that functions return */
#include <edo/duration.h>       /* spans and points of time */
#include <edo/waker.h>          /* how the end of a wait reaches whoever waits */
#include <edo/future.h>         /* what can be waited for */
#include <edo/maybe_done.h>     /* a result that is taken once */
#include <edo/future_storage.h> /* memory for one future after another */
#include <edo/task.h>           /* functions that run by the million */
#include <edo/stackless.h>      /* tasks that take no stack, only a frame */
#include <edo/blocking.h>       /* functions that block, on threads of their own */
#include <edo/histogram.h>      /* how durations are counted */
#include <edo/runtime.h>        /* what runs them */
#include <edo/text_sink.h>      /* where text about a runtime goes */
#include <edo/metrics.h>        /* what its workers have done */
#include <edo/dump.h>           /* what its tasks are doing */
#include <edo/trace.h>          /* what they have done last */
#include <edo/main.h>           /* a main() that is a task */
#include <edo/await.h>          /* waiting for one, the first of several, all of several */
#include <edo/callback.h>       /* a call that can't be cancelled, as a future */
#include <edo/time.h>           /* sleeping, timeouts, a clock that tests can stop */
#include <edo/interval.h>       /* ticks at a regular distance */
#include <edo/owner.h>          /* a reference that a lock holds to what it lies in */
#include <edo/item.h>           /* what channels and cells carry */
#include <edo/mutex.h>          /* a lock that may be held over a wait */
#include <edo/rwlock.h>         /* a lock for many who read or one who writes */
#include <edo/semaphore.h>      /* permits that are taken and waited for */
#include <edo/poll_semaphore.h> /* the same for whoever is polled */
#include <edo/mpsc.h>           /* many senders, one receiver */
#include <edo/poll_sender.h>    /* such a sender for whoever is polled */
#include <edo/broadcast.h>      /* a channel in which every receiver gets every item */
#include <edo/oneshot.h>        /* a channel for one item */
#include <edo/channel_define.h> /* these three for one type of item */
#include <edo/watch.h>          /* one value that everybody can look at */
#include <edo/notify.h>         /* telling somebody that something has happened */
#include <edo/barrier.h>        /* going on when all have come */
#include <edo/once_cell.h>      /* a value made by the first who asks for it */
#include <edo/set_once.h>       /* a value set once, and waited for */
#include <edo/cancel_token.h>   /* asking many to stop, in a tree */
#include <edo/scope.h>          /* limits on all that a stretch of code waits for */
#include <edo/child.h>          /* a function as a future */
#include <edo/budget.h>         /* futures with a budget of their own, or none */
#include <edo/task_local.h>     /* values that belong to the running task */
#include <edo/tracker.h>        /* knowing when many tasks are over */
#include <edo/local_set.h>      /* tasks that stay on one thread, together */
#include <edo/pinned_pool.h>    /* threads with tasks that never leave them */
#include <edo/delay_queue.h>    /* things that are due later, each at its own time */
#include <edo/join_set.h>       /* tasks that are joined as they end */
#include <edo/join_queue.h>     /* as they were spawned */
#include <edo/join_map.h>       /* by their keys */
#include <edo/group.h>          /* tasks that can't outlive who started them */
#include <edo/addr.h>           /* socket addresses */
#include <edo/ready.h>          /* what a descriptor is ready for */
#include <edo/lookup.h>         /* names of hosts to addresses, and back */
#include <edo/async_fd.h>       /* readiness of descriptors that edo has no functions for */
#include <edo/io.h>             /* readers, writers and seekers: the interfaces */
#include <edo/socket.h>         /* what connections have in common */
#include <edo/buf.h>            /* a buffer of bytes that grows */
#include <edo/buffer_pool.h>    /* buffers that are lent while bytes are in them */
#include <edo/bytes.h>          /* bytes that are shared and never change */
#include <edo/buf_reader.h>     /* a buffer in front of a reader */
#include <edo/buf_writer.h>     /* a buffer behind which a writer gets few large writes */
#include <edo/buf_stream.h>     /* both */
#include <edo/duplex.h>         /* pipes in memory, in both directions and in one */
#include <edo/copy.h>           /* passing on what one reads to where another writes */
#include <edo/split.h>          /* the two directions of one thing, owned apart */
#include <edo/inspect.h>        /* looking at what goes through */
#include <edo/sync_io.h>        /* for code that blocks, on threads that may */
#include <edo/chunks.h>         /* bytes in pieces, to be written */
#include <edo/read.h>           /* reading more than one read gives */
#include <edo/lines.h>          /* a stream in pieces */
#include <edo/write.h>          /* writing all of it */
#include <edo/numbers.h>        /* integers and floats in a stream */
#include <edo/take.h>           /* a part of a reader, and one after the other */
#include <edo/empty.h>          /* readers and writers with nothing behind them */
#include <edo/tcp.h>            /* TCP listeners and streams */
#include <edo/tcp_option.h>     /* what TCP can be told to do */
#include <edo/tcp_socket.h>     /* TCP sockets before they are either, options, descriptors */
#include <edo/unix_addr.h>      /* addresses of Unix sockets */
#include <edo/unix.h>           /* Unix streams and their listeners */
#include <edo/unix_message.h>   /* passing descriptors and credentials */
#include <edo/unix_datagram.h>  /* Unix datagrams */
#include <edo/unix_seqpacket.h> /* connections that keep messages apart */
#include <edo/unix_fd.h>        /* Unix sockets of descriptors, and back */
#include <edo/stdio.h>          /* standard input and output, terminals */
#include <edo/pipe.h>           /* pipes and FIFOs */
#include <edo/unix_socket.h>    /* to bind a Unix socket before it is one of these */
#include <edo/serve.h>          /* a server: accepting, a limit, an end in order */
#include <edo/datagram.h>       /* what receives of datagrams are made of */
#include <edo/udp.h>            /* UDP sockets */
#include <edo/udp_message.h>    /* their messages, by many, with control data; and errors */
#include <edo/udp_option.h>     /* their options, and multicast */
#include <edo/file.h>           /* open files */
#include <edo/fs_whole.h>       /* whole files by their names */
#include <edo/metadata.h>       /* what is known of a file */
#include <edo/fs.h>             /* names in the file system */
#include <edo/dir.h>            /* what is in a folder */
#include <edo/temp.h>           /* files and folders that remove themselves */
#include <edo/fs_watch.h>       /* what happens to files and in folders */
#include <edo/signal.h>         /* signals as something to wait for */
#include <edo/pty.h>            /* pseudo-terminals */
#include <edo/process.h>        /* child processes */
#include <edo/stream.h>         /* streams of items, one after the other */
#include <edo/stream_iter.h>    /* whose items are there, or made by a function */
#include <edo/stream_stage.h>   /* what is built on them */
#include <edo/stream_combine.h> /* fewer items, other items, two streams as one */
#include <edo/stream_fold.h>    /* what takes items to their end */
#include <edo/stream_time.h>    /* limits, distances, gathering for a while */
#include <edo/keyed_streams.h>  /* many at once, by keys */
#include <edo/stream_wrap.h>    /* channels, listeners, lines, folders as streams */
#include <edo/item_sink.h>      /* where items go */
#include <edo/codec.h>          /* decoders and encoders of frames */
#include <edo/lines_codec.h>    /* lines and bytes as frames */
#include <edo/delimited.h>      /* what lies between delimiters as frames */
#include <edo/length_codec.h>   /* frames with their length in front */
#include <edo/framed.h>         /* a codec on a reader, a writer, or both */
#include <edo/framed_stream.h>  /* these as streams and sinks of frames */
#include <edo/stream_io.h>      /* readers as streams of bytes, and back */
#include <edo/udp_framed.h>     /* a codec on a UDP socket */
#include <edo/udp_frames.h>     /* this as streams and sinks, of frames with their addresses */
#if EDO_DEBUG
#include <edo/debug.h> /* misuse that a debug build notices */
#endif

#endif
