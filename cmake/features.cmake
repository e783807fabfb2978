# The parts that libedo can be built without: an option EDO_WITH_X each. What is in no part is always
# there: tasks, runtimes, futures, waiting for them.
#
# A new part is an edo_part() here; EDO_API_X in front of each declaration of its headers, beside the
# others in include/edo/features.h; and a line in docs/guide/features.md. tools/lint looks that these agree.
set(EDO_PARTS "")

# edo_part(name "what it is" NEEDS parts SOURCES patterns HEADERS names USED_BY regexes): programs and tests
# in whose text one of the regexes is found are built with this part alone.
function(edo_part name says)
    cmake_parse_arguments(PARSE_ARGV 2 part "" "" "NEEDS;SOURCES;HEADERS;USED_BY")
    string(TOUPPER EDO_WITH_${name} option)
    option(${option} "${says}" ON)
    foreach(key IN ITEMS NEEDS SOURCES HEADERS USED_BY)
        set(EDO_PART_${name}_${key} "${part_${key}}" PARENT_SCOPE)
    endforeach()
    set(EDO_PARTS ${EDO_PARTS} ${name} PARENT_SCOPE)
endfunction()

edo_part(time "sleeps, timeouts, intervals, the clock that can be paused"
    SOURCES src/time/*.c src/task/join_within.c
    HEADERS time interval
    USED_BY "edo_(join_within|sleep|timeout|interval|now|elapsed|pause|resume|advance)" "#include \"time/")
edo_part(sync "channels, locks, cells, tokens"
    NEEDS time
    SOURCES src/sync/*.c
    HEADERS barrier broadcast cancel_token channel_define delay_queue mpsc mutex notify once_cell
        oneshot poll_semaphore poll_sender rwlock semaphore set_once watch
    USED_BY "edo_(barrier|broadcast|cancel_token|delay_queue|mpsc|mutex_[a-z]*\\(|notify|once_cell|oneshot|poll_se|rwlock|run_until|semaphore|set_once|watch)"
        "EDO_(CHANNEL|ONESHOT|BROADCAST)_DEFINE" "#include \"sync/")
edo_part(scopes "deadlines and shields for stretches of code"
    NEEDS sync
    SOURCES src/task/scope.c
    HEADERS scope
    USED_BY "edo_scope_[a-z_]*\\(" "EDO_(WITHIN|SHIELDED|SCOPE)")
edo_part(blocking "calls that block, on threads of their own"
    SOURCES src/task/blocking.c
    HEADERS blocking
    USED_BY "edo_(spawn_block|block_in_place|blocking)")
edo_part(sets "sets, queues, maps, trackers and groups of tasks"
    NEEDS sync blocking
    SOURCES src/task/group.c src/task/join_map.c src/task/join_queue.c src/task/join_set.c
        src/task/members*.c src/task/tracker.c
    HEADERS group join_map join_queue join_set tracker
    USED_BY "edo_(group|join_map|join_queue|join_set|tracker)" "#include \"task/members")
edo_part(local "tasks of one thread: local sets and pinned pools"
    NEEDS sets scopes
    SOURCES src/task/local_set.c src/task/pinned_pool.c
    HEADERS local_set pinned_pool
    USED_BY "edo_(local_set|pinned_pool|spawn_local)")
edo_part(io "readers and writers, and what is built on them"
    SOURCES src/io/*.c
    HEADERS io ready async_fd
        buf buffer_pool bytes chunks read lines write numbers take empty
        buf_reader buf_stream buf_writer copy duplex inspect split sync_io
    USED_BY "edo_(read|write|readv|writev|flush|shutdown|seek)(_async)?\\(" "<edo/io.h>" "#include \"io/"
        "edo_(async_fd|ready_guard)_" "edo_fd_wait" "edo_(buf|buffer_pool|bytes|read|write|lines|split_at|pieces|take|chain|empty|repeat|sink)[a-z0-9_]*\\("
        "edo_(fill|consume)(_async)?\\(" "edo_(copy|duplex|simplex|inspect_|split|unsplit|sync_)")
edo_part(stdio "standard input, output, error, and terminals"
    NEEDS io
    SOURCES src/io/stdio/*.c
    HEADERS stdio
    USED_BY "edo_(stdin|stdout|stderr|terminal|is_terminal)")
edo_part(net "socket addresses, and what all sockets share"
    NEEDS time io
    SOURCES src/net/addr.c src/net/socket/*.c
    HEADERS addr
    USED_BY "edo_addr_" "#include \"net/")
edo_part(dns "names of hosts"
    NEEDS net
    SOURCES src/net/lookup/*.c
    HEADERS lookup
    USED_BY "edo_lookup" "edo_reverse" "#include \"net/lookup")
edo_part(tcp "TCP"
    NEEDS net
    SOURCES src/net/tcp/*.c
    HEADERS tcp tcp_option tcp_socket
    USED_BY "edo_tcp_" "#include \"net/tcp")
edo_part(unix "Unix sockets: streams, datagrams, records, passing descriptors"
    NEEDS net
    SOURCES src/net/unix/*.c
    HEADERS unix unix_addr unix_datagram unix_fd unix_message unix_seqpacket unix_socket
    USED_BY "edo_unix_" "#include \"net/unix")
edo_part(pipe "pipes and FIFOs"
    NEEDS io
    SOURCES src/net/pipe/*.c
    HEADERS pipe
    USED_BY "edo_(pipe|fifo)_" "#include \"net/pipe")
edo_part(serve "a server: a task for each connection, a limit, an end in order"
    NEEDS tcp unix sets scopes
    SOURCES src/net/serve/*.c
    HEADERS serve
    USED_BY "edo_serve" "#include \"net/serve")
edo_part(udp "UDP"
    NEEDS net
    SOURCES src/net/udp/*.c
    HEADERS udp udp_message udp_option
    USED_BY "edo_udp_" "#include \"net/udp")
edo_part(fs "files"
    NEEDS io sync
    SOURCES src/fs/*.c
    HEADERS file fs_whole fs dir metadata temp fs_watch
    USED_BY "edo_(file|fs|dir|temp)_" "#include \"fs/")
edo_part(signal "signals as something to wait for"
    SOURCES src/signal/*.c
    HEADERS signal
    USED_BY "edo_(signal|ctrl_c|termination|dump_on_signal)" "#include \"signal/")
edo_part(process "child processes: starting them, their streams, their ends"
    NEEDS pipe signal stdio time
    SOURCES src/process/*.c src/base/clone.c src/base/sys_process.c
    HEADERS process pty
    USED_BY "edo_(command|process|output)_" "edo_reaper" "edo_pty" "#include \"process/")
edo_part(stream "streams and sinks of items, and what is built on them"
    NEEDS time
    SOURCES src/stream/*.c
    HEADERS item_sink keyed_streams stream stream_combine stream_fold stream_iter stream_stage stream_time
    USED_BY "edo_(stream|item_sink|items|keyed_streams)_" "#include \"stream/")
edo_part(stream_wrap "channels, sets, listeners, signals, lines, folders as streams"
    NEEDS stream sync sets io fs tcp unix signal
    SOURCES src/stream/wrap/*.c
    HEADERS stream_wrap
    USED_BY "edo_(stream_of|sink_of|[a-z_]*_items|[a-z]*_incoming|stream_collect_bytes)" "stream_wrap.h")
edo_part(codec "frames: cutting what is read into them, and writing them"
    NEEDS io stream
    SOURCES src/codec/*.c
    HEADERS codec delimited framed framed_stream length_codec lines_codec stream_io
    USED_BY "edo_(decode|encode|frame|[a-z]*_decoder|[a-z]*_encoder)" "#include \"codec/")
edo_part(udp_framed "frames by UDP"
    NEEDS codec udp
    SOURCES src/codec/udp_frame*.c
    HEADERS udp_framed udp_frames
    USED_BY "edo_udp_frame")
edo_part(test_util "libedo-test: futures by hand, cancelling at every step"
    NEEDS time
    HEADERS testing testing_cancel testing_io testing_run testing_stream
    USED_BY "<edo/testing")

# A part is on if one that is on needs it.
list(REVERSE EDO_PARTS)
foreach(part ${EDO_PARTS})
    string(TOUPPER EDO_WITH_${part} option)
    foreach(needed ${EDO_PART_${part}_NEEDS})
        string(TOUPPER EDO_WITH_${needed} other)
        if(${option} AND NOT ${other})
            message(STATUS "edo: ${option} needs ${other}, which is on, too")
            set(${other} ON)
        endif()
    endforeach()
endforeach()
list(REVERSE EDO_PARTS)

set(EDO_PARTS_ON "")
foreach(part ${EDO_PARTS})
    string(TOUPPER EDO_WITH_${part} option)
    if(${option})
        list(APPEND EDO_PARTS_ON ${part})
    endif()
endforeach()
if(NOT EDO_PARTS_ON STREQUAL EDO_PARTS)
    message(STATUS "edo: only with ${EDO_PARTS_ON}")
endif()

# edo_without_missing_parts(list): takes sources of parts that are off out of a list of files.
function(edo_without_missing_parts files)
    set(all ${${files}})
    foreach(part ${EDO_PARTS})
        if(part IN_LIST EDO_PARTS_ON OR NOT EDO_PART_${part}_SOURCES)
            continue()
        endif()
        list(TRANSFORM EDO_PART_${part}_SOURCES PREPEND ${PROJECT_SOURCE_DIR}/ OUTPUT_VARIABLE patterns)
        file(GLOB missing ${patterns})
        list(REMOVE_ITEM all ${missing})
    endforeach()
    set(${files} ${all} PARENT_SCOPE)
endfunction()

# edo_without_users(list): takes out the files that use a part that is off.
function(edo_without_users files)
    set(kept_files "") # named so that no caller's list is
    foreach(file ${${files}})
        file(READ ${file} text)
        set(uses OFF)
        foreach(part ${EDO_PARTS})
            if(NOT part IN_LIST EDO_PARTS_ON)
                foreach(regex ${EDO_PART_${part}_USED_BY})
                    if(text MATCHES "${regex}")
                        set(uses ON)
                    endif()
                endforeach()
            endif()
        endforeach()
        if(NOT uses)
            list(APPEND kept_files ${file})
        endif()
    endforeach()
    set(${files} ${kept_files} PARENT_SCOPE)
endfunction()
