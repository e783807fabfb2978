/*
 * edo/direct_forms.h: the names of the functions that wait. A body without a stack can't call them:
 * edo/stackless.h makes each of these names something that can't be called there.
 */
#ifndef EDO_DIRECT_FORMS_H
#define EDO_DIRECT_FORMS_H

#define EDO_DIRECT_FORMS_ EDO_DIRECT_FORMS_WITH_FUTURES_, EDO_DIRECT_FORMS_WITHOUT_

/* `make format` writes these: each has a twin that ends in _async. */
#define EDO_DIRECT_FORMS_WITH_FUTURES_                                                             \
    edo_async_fd_io, edo_async_fd_readable, edo_async_fd_ready, edo_async_fd_writable,             \
        edo_barrier_wait, edo_broadcast_closed, edo_broadcast_recv, edo_cancel_token_wait,         \
        edo_command_output, edo_command_status, edo_copy, edo_copy_bidirectional, edo_copy_buf,    \
        edo_delay_queue_next, edo_dir_metadata, edo_dir_next, edo_dir_open, edo_fd_wait,           \
        edo_file_create, edo_file_into_fd, edo_file_metadata, edo_file_open, edo_file_read,        \
        edo_file_read_at, edo_file_read_exact_at, edo_file_readv, edo_file_readv_at,               \
        edo_file_seek, edo_file_set_len, edo_file_set_permissions, edo_file_set_times,             \
        edo_file_sync_all, edo_file_sync_data, edo_file_write, edo_file_write_all,                 \
        edo_file_write_all_at, edo_file_write_at, edo_file_writev, edo_file_writev_all_at,         \
        edo_file_writev_at, edo_fill, edo_flush, edo_framed_close, edo_framed_feed,                \
        edo_framed_flush, edo_framed_next, edo_framed_send, edo_fs_canonicalize, edo_fs_copy,      \
        edo_fs_create_dir, edo_fs_create_dir_all, edo_fs_create_dir_with, edo_fs_hard_link,        \
        edo_fs_metadata, edo_fs_mkdtemp, edo_fs_mkstemp, edo_fs_read, edo_fs_read_link,            \
        edo_fs_read_to_string, edo_fs_remove_dir, edo_fs_remove_dir_all, edo_fs_remove_file,       \
        edo_fs_rename, edo_fs_replace, edo_fs_set_permissions, edo_fs_set_symlink_times,           \
        edo_fs_set_times, edo_fs_symlink, edo_fs_symlink_metadata, edo_fs_try_exists,              \
        edo_fs_watch_add, edo_fs_watch_close, edo_fs_watch_next, edo_fs_write, edo_group_wait,     \
        edo_interval_tick, edo_item_sink_close, edo_item_sink_feed, edo_item_sink_flush,           \
        edo_item_sink_send, edo_join, edo_join_map_next, edo_join_map_shutdown,                    \
        edo_join_queue_next, edo_join_queue_shutdown, edo_join_set_next, edo_join_set_shutdown,    \
        edo_keyed_streams_next, edo_keyed_streams_next_many, edo_local_set_drive, edo_lookup,      \
        edo_lookup_host, edo_lookup_names, edo_mpsc_closed, edo_mpsc_recv, edo_mpsc_recv_many,     \
        edo_mpsc_reserve, edo_mpsc_reserve_many, edo_mpsc_reserve_owned, edo_mpsc_send,            \
        edo_mutex_lock, edo_mutex_lock_owned, edo_notify_wait, edo_notify_wait_owned,              \
        edo_once_cell_begin, edo_oneshot_closed, edo_oneshot_recv, edo_pieces_next, edo_pipe_read, \
        edo_pipe_readable, edo_pipe_readv, edo_pipe_receiver_ready, edo_pipe_sender_ready,         \
        edo_pipe_writable, edo_pipe_write, edo_pipe_write_all, edo_pipe_writev, edo_process_kill,  \
        edo_process_wait, edo_process_wait_with_output, edo_read, edo_read_buf, edo_read_exact,    \
        edo_read_f32_be, edo_read_f32_le, edo_read_f64_be, edo_read_f64_le, edo_read_i128_be,      \
        edo_read_i128_le, edo_read_i16_be, edo_read_i16_le, edo_read_i32_be, edo_read_i32_le,      \
        edo_read_i64_be, edo_read_i64_le, edo_read_i8, edo_read_line, edo_read_to_end,             \
        edo_read_to_string, edo_read_u128_be, edo_read_u128_le, edo_read_u16_be, edo_read_u16_le,  \
        edo_read_u32_be, edo_read_u32_le, edo_read_u64_be, edo_read_u64_le, edo_read_u8,           \
        edo_read_until, edo_readv, edo_reaper, edo_run_until_canceled, edo_rwlock_read,            \
        edo_rwlock_read_owned, edo_rwlock_write, edo_rwlock_write_owned, edo_seek,                 \
        edo_semaphore_acquire, edo_semaphore_acquire_many, edo_semaphore_acquire_owned,            \
        edo_set_once_wait, edo_shutdown, edo_signal_recv, edo_sleep, edo_sleep_precise,            \
        edo_sleep_precise_until, edo_sleep_until, edo_stream_all, edo_stream_any,                  \
        edo_stream_collect, edo_stream_collect_array, edo_stream_fold, edo_stream_forward,         \
        edo_stream_next, edo_stream_peek, edo_stream_send_all, edo_tcp_accept,                     \
        edo_tcp_accept_from, edo_tcp_connect, edo_tcp_connect_addr, edo_tcp_connect_any,           \
        edo_tcp_connect_host, edo_tcp_listen, edo_tcp_listen_host, edo_tcp_peek, edo_tcp_read,     \
        edo_tcp_read_lent, edo_tcp_readable, edo_tcp_readv, edo_tcp_ready, edo_tcp_send_file,      \
        edo_tcp_socket_connect, edo_tcp_writable, edo_tcp_write, edo_tcp_write_all,                \
        edo_tcp_writev, edo_temp_close, edo_temp_dir_new, edo_temp_file_new, edo_timeout,          \
        edo_timeout_at, edo_tracker_wait, edo_udp_framed_next, edo_udp_framed_send, edo_udp_peek,  \
        edo_udp_peek_from, edo_udp_peek_sender, edo_udp_readable, edo_udp_ready, edo_udp_recv,     \
        edo_udp_recv_from, edo_udp_recv_many, edo_udp_recv_msg, edo_udp_send, edo_udp_send_many,   \
        edo_udp_send_msg, edo_udp_send_to, edo_udp_sendv, edo_udp_writable, edo_unix_accept,       \
        edo_unix_connect, edo_unix_connect_addr, edo_unix_datagram_peek, edo_unix_datagram_ready,  \
        edo_unix_datagram_recv, edo_unix_datagram_recv_from, edo_unix_datagram_recvmsg,            \
        edo_unix_datagram_send, edo_unix_datagram_send_to, edo_unix_datagram_sendmsg,              \
        edo_unix_peek, edo_unix_read, edo_unix_read_lent, edo_unix_readable, edo_unix_readv,       \
        edo_unix_ready, edo_unix_recvmsg, edo_unix_send_file, edo_unix_sendmsg,                    \
        edo_unix_seqpacket_accept, edo_unix_seqpacket_connect, edo_unix_seqpacket_connect_addr,    \
        edo_unix_seqpacket_peek, edo_unix_seqpacket_ready, edo_unix_seqpacket_recv,                \
        edo_unix_seqpacket_recvmsg, edo_unix_seqpacket_send, edo_unix_seqpacket_sendmsg,           \
        edo_unix_socket_connect, edo_unix_socket_connect_addr, edo_unix_writable, edo_unix_write,  \
        edo_unix_write_all, edo_unix_writev, edo_watch_changed, edo_watch_closed,                  \
        edo_watch_wait_for, edo_write, edo_write_all, edo_write_all_buf, edo_write_all_vectored,   \
        edo_write_buf, edo_write_f32_be, edo_write_f32_le, edo_write_f64_be, edo_write_f64_le,     \
        edo_write_i128_be, edo_write_i128_le, edo_write_i16_be, edo_write_i16_le,                  \
        edo_write_i32_be, edo_write_i32_le, edo_write_i64_be, edo_write_i64_le, edo_write_i8,      \
        edo_write_u128_be, edo_write_u128_le, edo_write_u16_be, edo_write_u16_le,                  \
        edo_write_u32_be, edo_write_u32_le, edo_write_u64_be, edo_write_u64_le, edo_write_u8,      \
        edo_writev, edo_yield

/* These are kept by hand. */
#define EDO_DIRECT_FORMS_WITHOUT_                                                                  \
    edo_advance_from, edo_await, edo_block_in_place, edo_block_on_from, edo_callback_wait,         \
        edo_child_from, edo_ctrl_c, edo_join_all_array, edo_join_queue_join_all,                   \
        edo_local_set_run_until, edo_once_cell_get_or_init, edo_select_array,                      \
        edo_select_biased_array, edo_select_keep_array, edo_select_matching_array,                 \
        edo_try_join_all_array, edo_consume_budget, edo_group_free, edo_group_spawn_from,          \
        edo_group_spawn_future_from, edo_join_within, edo_local_set_free, edo_mpsc_send_within,    \
        edo_pinned_pool_free, edo_serve, edo_termination, edo_unix_serve

#endif
