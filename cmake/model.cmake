# The model checker: tests/model/<name>.c is a program each, <build>/tests/model/<name>. It compiles
# the real sources once more, with base's atomics, locks and system calls taken over, and tells the
# checker of every plain access (-fsanitize=thread without its runtime: see engine/race.c).
set(model ${PROJECT_SOURCE_DIR}/tests/model)
file(GLOB model_engine CONFIGURE_DEPENDS ${model}/engine/*.c)
set(model_context src/context/context.c src/context/sanitizer.c src/context/fp_control.c)
if(EDO_UCONTEXT)
    list(APPEND model_context src/context/switch_ucontext.c)
else()
    list(APPEND model_context src/context/machine_assembly.c
        src/context/machine_x86_64.c src/context/switch_x86_64.S
        src/context/machine_aarch64.c src/context/switch_aarch64.S)
endif()

function(model_settings name)
    set_target_properties(${name} PROPERTIES C_STANDARD 11 C_EXTENSIONS ON)
    target_compile_definitions(${name} PRIVATE _GNU_SOURCE EDO_MODEL=1
        $<$<BOOL:${EDO_UCONTEXT}>:EDO_UCONTEXT=1>)
    target_compile_options(${name} PRIVATE -g -O1 -fno-omit-frame-pointer -Wall -Wextra
        -Wno-ignored-qualifiers -Wno-unused-value)
    target_include_directories(${name} PRIVATE ${model}
        ${PROJECT_SOURCE_DIR}/include ${PROJECT_BINARY_DIR}/include)
endfunction()

add_library(model-engine OBJECT ${model_engine} ${model_context})
model_settings(model-engine)
target_compile_options(model-engine PRIVATE -O2)
target_include_directories(model-engine PRIVATE src)

set(model_names "")
# model_program(name hundred source ...): the sources are instrumented, and see the shim's headers
# first. The program's planted bugs are those of that hundred.
function(model_program name hundred)
    cmake_parse_arguments(program "REAL_LOCK" "" "" ${ARGN})
    add_executable(model-${name} ${model}/${name}.c ${program_UNPARSED_ARGUMENTS}
        $<TARGET_OBJECTS:model-engine>)
    model_settings(model-${name})
    set_target_properties(model-${name} PROPERTIES OUTPUT_NAME ${name}
        RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests/model)
    target_include_directories(model-${name} BEFORE PRIVATE ${model}/shim)
    if(NOT program_REAL_LOCK)
        target_include_directories(model-${name} BEFORE PRIVATE ${model}/shim-lock)
    endif()
    target_include_directories(model-${name} PRIVATE src)
    target_compile_options(model-${name} PRIVATE $<$<COMPILE_LANGUAGE:C>:
        -fsanitize=thread -U__SANITIZE_THREAD__ -fno-builtin-memcpy -fno-builtin-memset
        -Dmemcpy=model_memcpy -Dmemset=model_memset>)
    target_link_options(model-${name} PRIVATE -no-pie
        -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=aligned_alloc,--wrap=free
        -Wl,--wrap=strdup,--wrap=strndup)
    set(model_names ${model_names} "${hundred} ${name}" PARENT_SCOPE)
endfunction()

model_program(litmus 0)
model_program(run_queue 1 src/sched/run_queue.c src/sched/inject.c)
target_compile_definitions(model-run_queue PRIVATE RUN_QUEUE_SIZE=4)
set(model_sched src/sched/task.c src/sched/push.c src/sched/run_queue.c
    src/sched/inject.c src/sched/idle.c src/sched/census.c src/sched/thread.c src/sched/ref.c
    src/sched/coop.c src/sched/scope.c src/sched/find.c src/sched/sleep.c src/sched/seat.c
    src/sched/backlog.c src/sched/local_set.c src/sched/failure.c src/sched/slots.c
    src/task/abort.c src/task/join.c src/future/future.c src/future/waker.c
    src/future/parker.c src/driver/wheel.c src/driver/timer_heap.c tests/model/rig_stubs.c)
model_program(task_state 3 ${model_sched})
model_program(parking 4 ${model_sched} src/sched/task_slab.c src/sched/core.c)
model_program(takeover 5 ${model_sched} src/sched/task_slab.c src/sched/core.c)
model_program(census 33 ${model_sched} src/sched/task_slab.c src/sched/core.c src/sched/worker.c
    src/sched/relief.c)
foreach(name task_state parking takeover census)
    target_compile_definitions(model-${name} PRIVATE TASK_CHUNK_SIZE=4096UL)
endforeach()
model_program(inject 2 src/sched/inject.c)
model_program(lock 6 REAL_LOCK src/base/lock.c)
target_compile_definitions(model-lock PRIVATE LOOKS=1)
model_program(wheel 7 src/driver/wheel.c src/driver/timer_heap.c src/future/parker.c)
model_program(driver_op 8 src/driver/op.c src/driver/source.c src/driver/epoll/epoll.c
    src/driver/epoll/readiness.c src/io/fd_ready.c src/io/put_back.c src/future/future.c
    src/future/waker.c src/future/parker.c)
target_compile_definitions(model-driver_op PRIVATE MARKED_AT_ONCE=1)
model_program(permits 9 src/sync/permits.c src/future/parker.c src/future/waker.c)
target_compile_definitions(model-permits PRIVATE WAKES_MAX=1)
model_program(mutex 10 src/future/parker.c src/future/waker.c)
model_program(rwlock 11 src/sync/rwlock.c src/sync/permits.c src/sync/permits_future.c
    src/future/future.c src/future/parker.c src/future/waker.c src/sched/thread.c
    src/sched/coop.c tests/model/rig_stubs.c)
model_program(oneshot 14 src/sync/oneshot.c src/future/future.c src/future/parker.c
    src/future/waker.c)
model_program(watch 15 src/sync/watch.c src/sync/watch_value.c src/sync/watch_send.c
    src/sync/watch_wait.c src/sync/watch_closed.c src/future/future.c src/future/parker.c
    src/future/waker.c)
target_compile_definitions(model-watch PRIVATE WAKES_MAX=1)
model_program(broadcast 16 src/sync/broadcast.c src/sync/broadcast_ring.c src/sync/broadcast_recv.c
    src/future/future.c src/future/parker.c src/future/waker.c src/sched/thread.c
    tests/model/rig_stubs.c)
target_compile_definitions(model-broadcast PRIVATE WAKES_MAX=1)
# Crowds of two are woken in two turns.
model_program(notify 12 src/sync/notify.c src/sync/crowd.c src/future/future.c src/future/waker.c
    src/future/parker.c)
target_compile_definitions(model-notify PRIVATE WAKES_MAX=1)
model_program(once 13 src/sync/once.c src/sync/once_cell.c src/sync/set_once.c src/sync/barrier.c
    src/sync/crowd.c src/future/future.c src/future/waker.c src/future/parker.c)
target_compile_definitions(model-once PRIVATE WAKES_MAX=1)
# A block is used up by two messages; one that is retired is kept, the next one freed.
model_program(mpsc_list 17 src/sync/mpsc_list.c)
target_compile_definitions(model-mpsc_list PRIVATE MPSC_BLOCK_SLOTS=2 MPSC_SPARES_MAX=1)
model_program(mpsc 18 src/sync/mpsc.c src/sync/mpsc_ring.c src/sync/mpsc_list.c src/sync/mpsc_send.c
    src/sync/mpsc_permit.c src/sync/mpsc_recv.c src/sync/mpsc_closed.c
    src/sync/mpsc_weak.c
    src/sync/permits.c src/sync/permits_future.c src/future/future.c src/future/parker.c
    src/future/waker.c)
target_compile_definitions(model-mpsc PRIVATE MPSC_BLOCK_SLOTS=2 MPSC_SPARES_MAX=1 WAKES_MAX=1)

model_program(pool 19 ${model_sched} src/sched/task_slab.c src/sched/core.c src/sched/pool.c
    src/sched/job.c)
target_compile_definitions(model-pool PRIVATE TASK_CHUNK_SIZE=4096UL)

model_program(cancel_token 20 src/sync/cancel_token.c src/sync/cancel_token_wait.c src/sync/crowd.c
    src/future/future.c src/future/waker.c src/future/parker.c)
target_compile_definitions(model-cancel_token PRIVATE WAKES_MAX=1)

model_program(members 21 src/task/members.c src/task/members_wait.c src/task/join_set.c src/task/group.c
    src/sync/semaphore.c src/sync/permits.c src/sync/permits_future.c src/future/future.c
    src/future/waker.c src/future/parker.c)

model_program(seat 29 ${model_sched} src/sched/task_slab.c src/sched/core.c)
target_compile_definitions(model-seat PRIVATE TASK_CHUNK_SIZE=4096UL)
model_program(scope 22 ${model_sched} src/sched/core.c src/task/scope.c src/sync/cancel_token.c
    src/sync/cancel_token_wait.c src/sync/crowd.c)
target_compile_definitions(model-scope PRIVATE TASK_CHUNK_SIZE=4096UL WAKES_MAX=1)
model_program(observe 23 ${model_sched} src/sched/claim.c src/sched/recorder.c)
target_compile_definitions(model-observe PRIVATE TASK_CHUNK_SIZE=4096UL)
model_program(bytes 30 src/io/buf.c src/io/bytes.c)
model_program(duplex 31 src/io/duplex.c src/io/conduit.c src/io/byte_ring.c src/io/transfer.c
    src/future/future.c src/future/parker.c src/future/waker.c)
target_compile_definitions(model-duplex PRIVATE WAKES_MAX=1)

model_program(lane 32 src/net/lookup/lane.c src/future/parker.c src/future/waker.c)
target_compile_definitions(model-lane PRIVATE LANE_THREADS_MAX=2)

list(JOIN model_names "\n" model_list)
file(WRITE ${PROJECT_BINARY_DIR}/tests/model/programs.txt "${model_list}\n")
