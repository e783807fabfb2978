// The micro-benchmarks on Go's goroutines. ../../micro says what an op of each is.
package main

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

const long = 10 * time.Second

// ---- measuring ------------------------------------------------------------------------------

// used is the process's CPU time in ns, and its minor page faults.
func used() (int64, int64) {
	var ru syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &ru); err != nil {
		panic(err)
	}
	return ru.Utime.Nano() + ru.Stime.Nano(), ru.Minflt
}

// procKiB reads a field of a file in /proc.
func procKiB(path, field string) int64 {
	text, err := os.ReadFile(path)
	if err != nil {
		panic(err)
	}
	for _, line := range strings.Split(string(text), "\n") {
		if f := strings.Fields(line); len(f) > 1 && f[0] == field {
			v, err := strconv.ParseInt(f[1], 10, 64)
			if err != nil {
				panic(err)
			}
			return v
		}
	}
	panic("no " + field)
}

type outcome struct {
	wall, cpu, faults int64
	extra             string
}

type meter struct {
	wall        time.Time
	cpu, faults int64
}

func start() meter {
	cpu, faults := used()
	return meter{time.Now(), cpu, faults}
}

func (m meter) stop(o *outcome) {
	o.wall += time.Since(m.wall).Nanoseconds()
	cpu, faults := used()
	o.cpu += cpu - m.cpu
	o.faults += faults - m.faults
}

func check(what string, got, want int64) {
	if got != want {
		fmt.Fprintf(os.Stderr, "%s: wrong result %d, expected %d\n", what, got, want)
		os.Exit(2)
	}
}

// tri is the sum 0 + 1 + ... + n-1.
func tri(n int64) int64 { return n * (n - 1) / 2 }

// ---- tasks ----------------------------------------------------------------------------------

func spawnJoin(n int64) {
	var slots [1000]int64
	var sum int64
	for next := int64(0); next < n; {
		end := next + 1000
		if end > n {
			end = n
		}
		var wg sync.WaitGroup
		for i := next; i < end; i++ {
			wg.Add(1)
			go func(i int64, slot *int64) {
				*slot = i
				wg.Done()
			}(i, &slots[i-next])
		}
		wg.Wait()
		for i := next; i < end; i++ {
			sum += slots[i-next]
		}
		next = end
	}
	check("spawn_join", sum, tri(n))
}

func spawnDetachedLatch(n int64) {
	left := n
	done := make(chan struct{}, 1)
	for i := int64(0); i < n; i++ {
		go func() {
			if atomic.AddInt64(&left, -1) == 0 {
				done <- struct{}{}
			}
		}()
	}
	<-done
	check("spawn_detached_latch", atomic.LoadInt64(&left), 0)
}

func yielders(tasks, n int64) {
	out := make(chan int64, tasks)
	for t := int64(0); t < tasks; t++ {
		go func() {
			var count int64
			for i := int64(0); i < n/tasks; i++ {
				runtime.Gosched()
				count++
			}
			out <- count
		}()
	}
	var sum int64
	for t := int64(0); t < tasks; t++ {
		sum += <-out
	}
	check("yield", sum, n/tasks*tasks)
}

func chainLink(depth int64, done chan int64) {
	if depth == 1 {
		done <- 1
		return
	}
	go chainLink(depth-1, done)
}

func chain(n int64) {
	var sum int64
	for i := int64(0); i < n/1000; i++ {
		done := make(chan int64, 1)
		go chainLink(1000, done)
		sum += <-done
	}
	check("chain", sum, n/1000)
}

func skynetNode(up chan int64, first, size int64) {
	if size == 1 {
		up <- first
		return
	}
	c := make(chan int64, 10)
	for i := int64(0); i < 10; i++ {
		go skynetNode(c, first+i*(size/10), size/10)
	}
	var sum int64
	for i := 0; i < 10; i++ {
		sum += <-c
	}
	up <- sum
}

// Trees of 10,000 leaves.
func skynet(n int64) {
	for i := int64(0); i < n/10_000; i++ {
		c := make(chan int64, 1)
		go skynetNode(c, 0, 10_000)
		check("skynet", <-c, tri(10_000))
	}
}

// ---- channels -------------------------------------------------------------------------------

func pingPong(n int64) {
	ping, pong, out := make(chan int64, 1), make(chan int64, 1), make(chan int64, 1)
	go func() {
		for v := range ping {
			pong <- v + 1
		}
	}()
	go func() {
		var v int64
		for i := int64(0); i < n; i++ {
			ping <- v
			v = <-pong
		}
		close(ping)
		out <- v
	}()
	check("ping_pong", <-out, n)
}

func select2(n int64) {
	a, b := make(chan int64, 128), make(chan int64, 128)
	half := n / 2
	send := func(c chan int64, first int64) {
		for i := first; i < first+half; i++ {
			c <- i
		}
		close(c)
	}
	go send(a, 0)
	go send(b, half)
	var sum int64
	for a != nil || b != nil {
		select {
		case v, ok := <-a:
			if !ok {
				a = nil
			}
			sum += v
		case v, ok := <-b:
			if !ok {
				b = nil
			}
			sum += v
		}
	}
	check("select2", sum, tri(half*2))
}

// ---- time -----------------------------------------------------------------------------------

func timeoutChurn(n int64) {
	ping, pong := make(chan int64, 1), make(chan int64, 1)
	go func() {
		for v := range ping {
			pong <- v + 1
		}
	}()
	var v int64
	for i := int64(0); i < n; i++ {
		ping <- v
		timer := time.NewTimer(long)
		select {
		case v = <-pong:
			timer.Stop()
		case <-timer.C:
			panic("timed out")
		}
	}
	close(ping)
	check("timeout_churn", v, n)
}

func timerCancel(n int64) {
	var slots [1000]*time.Timer
	var stopped int64
	for batch := int64(0); batch < n/1000; batch++ {
		for i := range slots {
			slots[i] = time.NewTimer(long + time.Duration(i)*time.Millisecond)
		}
		for i := range slots {
			if slots[i].Stop() {
				stopped++
			}
		}
		if batch%16 == 15 {
			runtime.Gosched()
		}
	}
	check("timer_cancel", stopped, n/1000*1000)
}

// ---- workloads that also report memory or lateness --------------------------------------------

func mix(i uint64) uint64 {
	z := (i + 1) * 0x9e3779b97f4a7c15
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb
	return z ^ (z >> 31)
}

func sleepMany(n int64) outcome {
	m := start()
	left := n
	var late, worst, longest int64
	done := make(chan struct{}, 1)
	for i := int64(0); i < n; i++ {
		ms := int64(mix(uint64(i)) % 1000)
		if ms > longest {
			longest = ms
		}
		go func() {
			begun := time.Now()
			want := time.Duration(ms) * time.Millisecond
			time.Sleep(want)
			ns := (time.Since(begun) - want).Nanoseconds()
			if ns < 0 {
				panic("woke early")
			}
			atomic.AddInt64(&late, ns)
			for w := atomic.LoadInt64(&worst); ns > w; w = atomic.LoadInt64(&worst) {
				if atomic.CompareAndSwapInt64(&worst, w, ns) {
					break
				}
			}
			if atomic.AddInt64(&left, -1) == 0 {
				done <- struct{}{}
			}
		}()
	}
	<-done
	var o outcome
	m.stop(&o)
	check("sleep_many", atomic.LoadInt64(&left), 0)
	o.extra = fmt.Sprintf(" over_us=%d late_mean_us=%d late_max_us=%d",
		(o.wall-longest*1_000_000)/1000, late/n/1000, worst/1000)
	return o
}

// memory is the resident memory and the tables that map it, in bytes.
func memory() (int64, int64) {
	return procKiB("/proc/self/smaps_rollup", "Rss:") * 1024, procKiB("/proc/self/status", "VmPTE:") * 1024
}

func idleTasks(n int64) outcome {
	rss, tables := memory()
	m := start()
	left := n
	var parked int64
	gate, done := make(chan struct{}), make(chan struct{}, 1)
	for i := int64(0); i < n; i++ {
		go func() {
			atomic.AddInt64(&parked, 1)
			<-gate
			if atomic.AddInt64(&left, -1) == 0 {
				done <- struct{}{}
			}
		}()
	}
	for atomic.LoadInt64(&parked) < n {
		runtime.Gosched()
	}
	rssNow, tablesNow := memory()
	close(gate)
	<-done
	var o outcome
	m.stop(&o)
	check("idle_tasks", atomic.LoadInt64(&left), 0)
	o.extra = fmt.Sprintf(" rss=%d page_tables=%d", (rssNow-rss)/n, (tablesNow-tables)/n)
	return o
}

// ---- command line -----------------------------------------------------------------------------

type workload struct {
	name string
	run  func(n int64) outcome
}

func timed(f func(n int64)) func(int64) outcome {
	return func(n int64) outcome {
		var o outcome
		m := start()
		f(n)
		m.stop(&o)
		return o
	}
}

var workloads = []workload{
	{"spawn_join", timed(spawnJoin)},
	{"spawn_detached_latch", timed(spawnDetachedLatch)},
	{"chain", timed(chain)},
	{"skynet", timed(skynet)},
	{"yield1", timed(func(n int64) { yielders(1, n) })},
	{"yield1000", timed(func(n int64) { yielders(1000, n) })},
	{"ping_pong", timed(pingPong)},
	{"timeout_churn", timed(timeoutChurn)},
	{"select2", timed(select2)},
	{"timer_cancel", timed(timerCancel)},
	{"sleep_many", sleepMany},
	{"idle_tasks", idleTasks},
	{"mpsc_1_1", timed(func(n int64) { mpsc(1, n) })},
	{"mpsc_4_1", timed(func(n int64) { mpsc(4, n) })},
	{"oneshot", timed(oneshots)},
	{"ping_pong_many", timed(pingPongMany)},
	{"mutex_uncontended", timed(func(n int64) { mutexes(1, n, false) })},
	{"mutex_contended", timed(func(n int64) { mutexes(8, n, false) })},
	{"mutex_held", timed(func(n int64) { mutexes(8, n, true) })},
	{"semaphore", timed(semaphores)},
	{"rwlock_read", timed(rwlockRead)},
}

func usage() {
	fmt.Fprintln(os.Stderr, "usage: bench-go NAME [threads=1] [ops=100000] [repeat=5] [warm_ms=1000]")
	for _, w := range workloads {
		fmt.Fprintf(os.Stderr, "  %s\n", w.name)
	}
	os.Exit(64)
}

// options reads the arguments key=number.
func options(args []string, values map[string]int64) {
	for _, a := range args {
		k, v, _ := strings.Cut(a, "=")
		n, err := strconv.ParseInt(v, 10, 64)
		if _, known := values[k]; !known || err != nil {
			usage()
		}
		values[k] = n
	}
}

func printLine(name string, threads, n int64, o outcome) {
	per := func(v int64) float64 { return float64(v) / float64(n) }
	fmt.Printf("%s\tgo\t%d\t%d\t%.1f\t%.1f\t%d\tfaults_per_op=%.3f%s\n", name, threads, n,
		per(o.wall), per(o.cpu), procKiB("/proc/self/status", "VmHWM:"), per(o.faults), o.extra)
}

func main() {
	opt := map[string]int64{"threads": 1, "ops": 100_000, "repeat": 5, "warm_ms": 1000}
	if len(os.Args) < 2 {
		usage()
	}
	options(os.Args[2:], opt)
	for _, w := range workloads {
		if w.name != os.Args[1] {
			continue
		}
		runtime.GOMAXPROCS(int(opt["threads"]))
		begin := time.Now()
		for time.Since(begin).Milliseconds() < opt["warm_ms"] {
			w.run(opt["ops"])
		}
		for i := int64(0); i < opt["repeat"]; i++ {
			printLine(w.name, opt["threads"], opt["ops"], w.run(opt["ops"]))
		}
		return
	}
	usage()
}
