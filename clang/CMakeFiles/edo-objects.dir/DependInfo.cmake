
# Consider dependencies only in project.
set(CMAKE_DEPENDS_IN_PROJECT_ONLY OFF)

# The set of languages for which implicit dependencies are needed:
set(CMAKE_DEPENDS_LANGUAGES
  "ASM"
  )
# The set of files for implicit dependencies of each language:
set(CMAKE_DEPENDS_CHECK_ASM
  "/work/main/src/context/switch_x86_64.S" "/work/main/clang/CMakeFiles/edo-objects.dir/src/context/switch_x86_64.S.o"
  )
set(CMAKE_ASM_COMPILER_ID "GNU")

# Preprocessor definitions for this target.
set(CMAKE_TARGET_DEFINITIONS_ASM
  "_GNU_SOURCE"
  )

# The include file search paths:
set(CMAKE_ASM_TARGET_INCLUDE_PATH
  "include"
  "/work/main/include"
  "/work/main/src"
  )

# The set of dependency files which are needed:
set(CMAKE_DEPENDS_DEPENDENCY_FILES
  "/work/main/src/await/await.c" "CMakeFiles/edo-objects.dir/src/await/await.c.o" "gcc" "CMakeFiles/edo-objects.dir/src/await/await.c.o.d"
  "/work/main/src/await/callback.c" "CMakeFiles/edo-objects.dir/src/await/callback.c.o" "gcc" "CMakeFiles/edo-objects.dir/src/await/callback.c.o.d"
  "/work/main/src/await/join_all.c" "CMakeFiles/edo-objects.dir/src/await/join_all.c.o" "gcc" "CMakeFiles/edo-objects.dir/src/await/join_all.c.o.d"
  "/work/main/src/await/select.c" "CMakeFiles/edo-objects.dir/src/await/select.c.o" "gcc" "CMakeFiles/edo-objects.dir/src/await/select.c.o.d"
  "/work/main/src/base/chaos.c" "CMakeFiles/edo-objects.dir/src/base/chaos.c.o" "gcc" "CMakeFiles/edo-objects.dir/src/base/chaos.c.o.d"
  "/work/main/src/base/clock.c" "CMakeFiles/edo-objects.dir/src/base/clock.c.o" "gcc" "CMakeFiles/edo-objects.dir/src/base/clock.c.o.d"
  "/work/main/src/base/cpu_quota.c" "CMakeFiles/edo-objects.dir/src/base/cpu_quota.c.o" "gcc" "CMakeFiles/edo-objects.dir/src/base/cpu_quota.c.o.d"
  "/work/main/src/base/duration.c" "CMakeFiles/edo-objects.dir/src/base/duration.c.o" "gcc" "CMakeFiles/edo-objects.dir/src/base/duration.c.o.d"
  "/work/main/src/base/errno.c" "CMakeFiles/edo-objects.dir/src/base/errno.c.o" "gcc" "CMakeFiles/edo-objects.dir/src/base/errno.c.o.d"
  "/work/main/src/base/error.c" "CMakeFiles/edo-objects.dir/src/base/error.c.o" "gcc" "CMakeFiles/edo-objects.dir/src/base/error.c.o.d"
  "/work/main/src/base/futex.c" "CMakeFiles/edo-objects.dir/src/base/futex.c.o" "gcc" "CMakeFiles/edo-objects.dir/src/base/futex.c.o.d"
  "/work/main/src/base/lock.c" "CMakeFiles/edo-objects.dir/src/base/lock.c.o" "gcc" "CMakeFiles/edo-objects.dir/src/base/lock.c.o.d"
  "/work/main/src/base/random.c" "CMakeFiles/edo-objects.dir/src/base/random.c.o" "gcc" "CMakeFiles/edo-objects.dir/src/base/random.c.o.d"
  "/work/main/src/base/report.c" "CMakeFiles/edo-objects.dir/src/base/report.c.o" "gcc" "CMakeFiles/edo-objects.dir/src/base/report.c.o.d"
  "/work/main/src/base/sys.c" "CMakeFiles/edo-objects.dir/src/base/sys.c.o" "gcc" "CMakeFiles/edo-objects.dir/src/base/sys.c.o.d"
  "/work/main/src/base/sys_cpu.c" "CMakeFiles/edo-objects.dir/src/base/sys_cpu.c.o" "gcc" "CMakeFiles/edo-objects.dir/src/base/sys_cpu.c.o.d"
  "/work/main/src/base/sys_epoll.c" "CMakeFiles/edo-objects.dir/src/base/sys_epoll.c.o" "gcc" "CMakeFiles/edo-objects.dir/src/base/sys_epoll.c.o.d"
  "/work/main/src/base/sys_memory.c" "CMakeFiles/edo-objects.dir/src/base/sys_memory.c.o" "gcc" "CMakeFiles/edo-objects.dir/src/base/sys_memory.c.o.d"
  "/work/main/src/base/sys_socket.c" "CMakeFiles/edo-objects.dir/src/base/sys_socket.c.o" "gcc" "CMakeFiles/edo-objects.dir/src/base/sys_socket.c.o.d"
  "/work/main/src/base/thread.c" "CMakeFiles/edo-objects.dir/src/base/thread.c.o" "gcc" "CMakeFiles/edo-objects.dir/src/base/thread.c.o.d"
  "/work/main/src/base/version.c" "CMakeFiles/edo-objects.dir/src/base/version.c.o" "gcc" "CMakeFiles/edo-objects.dir/src/base/version.c.o.d"
  "/work/main/src/context/context.c" "CMakeFiles/edo-objects.dir/src/context/context.c.o" "gcc" "CMakeFiles/edo-objects.dir/src/context/context.c.o.d"
  "/work/main/src/context/fp_control.c" "CMakeFiles/edo-objects.dir/src/context/fp_control.c.o" "gcc" "CMakeFiles/edo-objects.dir/src/context/fp_control.c.o.d"
  "/work/main/src/context/guard.c" "CMakeFiles/edo-objects.dir/src/context/guard.c.o" "gcc" "CMakeFiles/edo-objects.dir/src/context/guard.c.o.d"
  "/work/main/src/context/machine_x86_64.c" "CMakeFiles/edo-objects.dir/src/context/machine_x86_64.c.o" "gcc" "CMakeFiles/edo-objects.dir/src/context/machine_x86_64.c.o.d"
  "/work/main/src/context/sanitizer.c" "CMakeFiles/edo-objects.dir/src/context/sanitizer.c.o" "gcc" "CMakeFiles/edo-objects.dir/src/context/sanitizer.c.o.d"
  "/work/main/src/context/stack.c" "CMakeFiles/edo-objects.dir/src/context/stack.c.o" "gcc" "CMakeFiles/edo-objects.dir/src/context/stack.c.o.d"
  "/work/main/src/context/stack_large.c" "CMakeFiles/edo-objects.dir/src/context/stack_large.c.o" "gcc" "CMakeFiles/edo-objects.dir/src/context/stack_large.c.o.d"
  "/work/main/src/context/stack_pool.c" "CMakeFiles/edo-objects.dir/src/context/stack_pool.c.o" "gcc" "CMakeFiles/edo-objects.dir/src/context/stack_pool.c.o.d"
  "/work/main/src/driver/choose.c" "CMakeFiles/edo-objects.dir/src/driver/choose.c.o" "gcc" "CMakeFiles/edo-objects.dir/src/driver/choose.c.o.d"
  "/work/main/src/driver/epoll/epoll.c" "CMakeFiles/edo-objects.dir/src/driver/epoll/epoll.c.o" "gcc" "CMakeFiles/edo-objects.dir/src/driver/epoll/epoll.c.o.d"
  "/work/main/src/driver/op.c" "CMakeFiles/edo-objects.dir/src/driver/op.c.o" "gcc" "CMakeFiles/edo-objects.dir/src/driver/op.c.o.d"
  "/work/main/src/driver/source.c" "CMakeFiles/edo-objects.dir/src/driver/source.c.o" "gcc" "CMakeFiles/edo-objects.dir/src/driver/source.c.o.d"
  "/work/main/src/driver/wheel.c" "CMakeFiles/edo-objects.dir/src/driver/wheel.c.o" "gcc" "CMakeFiles/edo-objects.dir/src/driver/wheel.c.o.d"
  "/work/main/src/future/future.c" "CMakeFiles/edo-objects.dir/src/future/future.c.o" "gcc" "CMakeFiles/edo-objects.dir/src/future/future.c.o.d"
  "/work/main/src/future/parker.c" "CMakeFiles/edo-objects.dir/src/future/parker.c.o" "gcc" "CMakeFiles/edo-objects.dir/src/future/parker.c.o.d"
  "/work/main/src/future/waker.c" "CMakeFiles/edo-objects.dir/src/future/waker.c.o" "gcc" "CMakeFiles/edo-objects.dir/src/future/waker.c.o.d"
  "/work/main/src/net/addr.c" "CMakeFiles/edo-objects.dir/src/net/addr.c.o" "gcc" "CMakeFiles/edo-objects.dir/src/net/addr.c.o.d"
  "/work/main/src/net/put_back.c" "CMakeFiles/edo-objects.dir/src/net/put_back.c.o" "gcc" "CMakeFiles/edo-objects.dir/src/net/put_back.c.o.d"
  "/work/main/src/net/tcp_connect.c" "CMakeFiles/edo-objects.dir/src/net/tcp_connect.c.o" "gcc" "CMakeFiles/edo-objects.dir/src/net/tcp_connect.c.o.d"
  "/work/main/src/net/tcp_listener.c" "CMakeFiles/edo-objects.dir/src/net/tcp_listener.c.o" "gcc" "CMakeFiles/edo-objects.dir/src/net/tcp_listener.c.o.d"
  "/work/main/src/net/tcp_options.c" "CMakeFiles/edo-objects.dir/src/net/tcp_options.c.o" "gcc" "CMakeFiles/edo-objects.dir/src/net/tcp_options.c.o.d"
  "/work/main/src/net/tcp_stream.c" "CMakeFiles/edo-objects.dir/src/net/tcp_stream.c.o" "gcc" "CMakeFiles/edo-objects.dir/src/net/tcp_stream.c.o.d"
  "/work/main/src/runtime/block_on.c" "CMakeFiles/edo-objects.dir/src/runtime/block_on.c.o" "gcc" "CMakeFiles/edo-objects.dir/src/runtime/block_on.c.o.d"
  "/work/main/src/runtime/builder.c" "CMakeFiles/edo-objects.dir/src/runtime/builder.c.o" "gcc" "CMakeFiles/edo-objects.dir/src/runtime/builder.c.o.d"
  "/work/main/src/runtime/drive.c" "CMakeFiles/edo-objects.dir/src/runtime/drive.c.o" "gcc" "CMakeFiles/edo-objects.dir/src/runtime/drive.c.o.d"
  "/work/main/src/runtime/handle.c" "CMakeFiles/edo-objects.dir/src/runtime/handle.c.o" "gcc" "CMakeFiles/edo-objects.dir/src/runtime/handle.c.o.d"
  "/work/main/src/runtime/main.c" "CMakeFiles/edo-objects.dir/src/runtime/main.c.o" "gcc" "CMakeFiles/edo-objects.dir/src/runtime/main.c.o.d"
  "/work/main/src/runtime/metrics.c" "CMakeFiles/edo-objects.dir/src/runtime/metrics.c.o" "gcc" "CMakeFiles/edo-objects.dir/src/runtime/metrics.c.o.d"
  "/work/main/src/runtime/shutdown.c" "CMakeFiles/edo-objects.dir/src/runtime/shutdown.c.o" "gcc" "CMakeFiles/edo-objects.dir/src/runtime/shutdown.c.o.d"
  "/work/main/src/sched/clock.c" "CMakeFiles/edo-objects.dir/src/sched/clock.c.o" "gcc" "CMakeFiles/edo-objects.dir/src/sched/clock.c.o.d"
  "/work/main/src/sched/coop.c" "CMakeFiles/edo-objects.dir/src/sched/coop.c.o" "gcc" "CMakeFiles/edo-objects.dir/src/sched/coop.c.o.d"
  "/work/main/src/sched/core.c" "CMakeFiles/edo-objects.dir/src/sched/core.c.o" "gcc" "CMakeFiles/edo-objects.dir/src/sched/core.c.o.d"
  "/work/main/src/sched/current.c" "CMakeFiles/edo-objects.dir/src/sched/current.c.o" "gcc" "CMakeFiles/edo-objects.dir/src/sched/current.c.o.d"
  "/work/main/src/sched/debug.c" "CMakeFiles/edo-objects.dir/src/sched/debug.c.o" "gcc" "CMakeFiles/edo-objects.dir/src/sched/debug.c.o.d"
  "/work/main/src/sched/finish.c" "CMakeFiles/edo-objects.dir/src/sched/finish.c.o" "gcc" "CMakeFiles/edo-objects.dir/src/sched/finish.c.o.d"
  "/work/main/src/sched/fork.c" "CMakeFiles/edo-objects.dir/src/sched/fork.c.o" "gcc" "CMakeFiles/edo-objects.dir/src/sched/fork.c.o.d"
  "/work/main/src/sched/idle.c" "CMakeFiles/edo-objects.dir/src/sched/idle.c.o" "gcc" "CMakeFiles/edo-objects.dir/src/sched/idle.c.o.d"
  "/work/main/src/sched/inject.c" "CMakeFiles/edo-objects.dir/src/sched/inject.c.o" "gcc" "CMakeFiles/edo-objects.dir/src/sched/inject.c.o.d"
  "/work/main/src/sched/monitor.c" "CMakeFiles/edo-objects.dir/src/sched/monitor.c.o" "gcc" "CMakeFiles/edo-objects.dir/src/sched/monitor.c.o.d"
  "/work/main/src/sched/overflow.c" "CMakeFiles/edo-objects.dir/src/sched/overflow.c.o" "gcc" "CMakeFiles/edo-objects.dir/src/sched/overflow.c.o.d"
  "/work/main/src/sched/push.c" "CMakeFiles/edo-objects.dir/src/sched/push.c.o" "gcc" "CMakeFiles/edo-objects.dir/src/sched/push.c.o.d"
  "/work/main/src/sched/ref.c" "CMakeFiles/edo-objects.dir/src/sched/ref.c.o" "gcc" "CMakeFiles/edo-objects.dir/src/sched/ref.c.o.d"
  "/work/main/src/sched/relief.c" "CMakeFiles/edo-objects.dir/src/sched/relief.c.o" "gcc" "CMakeFiles/edo-objects.dir/src/sched/relief.c.o.d"
  "/work/main/src/sched/run_queue.c" "CMakeFiles/edo-objects.dir/src/sched/run_queue.c.o" "gcc" "CMakeFiles/edo-objects.dir/src/sched/run_queue.c.o.d"
  "/work/main/src/sched/scope.c" "CMakeFiles/edo-objects.dir/src/sched/scope.c.o" "gcc" "CMakeFiles/edo-objects.dir/src/sched/scope.c.o.d"
  "/work/main/src/sched/spawn.c" "CMakeFiles/edo-objects.dir/src/sched/spawn.c.o" "gcc" "CMakeFiles/edo-objects.dir/src/sched/spawn.c.o.d"
  "/work/main/src/sched/task.c" "CMakeFiles/edo-objects.dir/src/sched/task.c.o" "gcc" "CMakeFiles/edo-objects.dir/src/sched/task.c.o.d"
  "/work/main/src/sched/task_slab.c" "CMakeFiles/edo-objects.dir/src/sched/task_slab.c.o" "gcc" "CMakeFiles/edo-objects.dir/src/sched/task_slab.c.o.d"
  "/work/main/src/sched/thread.c" "CMakeFiles/edo-objects.dir/src/sched/thread.c.o" "gcc" "CMakeFiles/edo-objects.dir/src/sched/thread.c.o.d"
  "/work/main/src/sched/worker.c" "CMakeFiles/edo-objects.dir/src/sched/worker.c.o" "gcc" "CMakeFiles/edo-objects.dir/src/sched/worker.c.o.d"
  "/work/main/src/signal/registry.c" "CMakeFiles/edo-objects.dir/src/signal/registry.c.o" "gcc" "CMakeFiles/edo-objects.dir/src/signal/registry.c.o.d"
  "/work/main/src/signal/signal.c" "CMakeFiles/edo-objects.dir/src/signal/signal.c.o" "gcc" "CMakeFiles/edo-objects.dir/src/signal/signal.c.o.d"
  "/work/main/src/signal/termination.c" "CMakeFiles/edo-objects.dir/src/signal/termination.c.o" "gcc" "CMakeFiles/edo-objects.dir/src/signal/termination.c.o.d"
  "/work/main/src/task/abort.c" "CMakeFiles/edo-objects.dir/src/task/abort.c.o" "gcc" "CMakeFiles/edo-objects.dir/src/task/abort.c.o.d"
  "/work/main/src/task/info.c" "CMakeFiles/edo-objects.dir/src/task/info.c.o" "gcc" "CMakeFiles/edo-objects.dir/src/task/info.c.o.d"
  "/work/main/src/task/join.c" "CMakeFiles/edo-objects.dir/src/task/join.c.o" "gcc" "CMakeFiles/edo-objects.dir/src/task/join.c.o.d"
  "/work/main/src/task/yield.c" "CMakeFiles/edo-objects.dir/src/task/yield.c.o" "gcc" "CMakeFiles/edo-objects.dir/src/task/yield.c.o.d"
  "/work/main/src/time/pause.c" "CMakeFiles/edo-objects.dir/src/time/pause.c.o" "gcc" "CMakeFiles/edo-objects.dir/src/time/pause.c.o.d"
  "/work/main/src/time/sleep.c" "CMakeFiles/edo-objects.dir/src/time/sleep.c.o" "gcc" "CMakeFiles/edo-objects.dir/src/time/sleep.c.o.d"
  "/work/main/src/time/timeout.c" "CMakeFiles/edo-objects.dir/src/time/timeout.c.o" "gcc" "CMakeFiles/edo-objects.dir/src/time/timeout.c.o.d"
  )

# Targets to which this target links.
set(CMAKE_TARGET_LINKED_INFO_FILES
  )

# Fortran module output directory.
set(CMAKE_Fortran_TARGET_MODULE_DIR "")
