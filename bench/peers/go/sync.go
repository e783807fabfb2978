// What goroutines wait for one another with: channels and locks.
package main

import (
	"runtime"
	"sync"
	"sync/atomic"
)

const (
	room  = 128
	tasks = 8
	pairs = 1000
)

// sumOf starts as many goroutines and sums what they return.
func sumOf(count int64, task func() int64) int64 {
	out := make(chan int64, count)
	for i := int64(0); i < count; i++ {
		go func() { out <- task() }()
	}
	var sum int64
	for i := int64(0); i < count; i++ {
		sum += <-out
	}
	return sum
}

// ---- channels -------------------------------------------------------------------------------

// The last sender closes the channel.
func mpsc(senders, n int64) {
	c := make(chan int64, room)
	each, left := n/senders, senders
	for s := int64(0); s < senders; s++ {
		go func(s int64) {
			for i := s * each; i < (s+1)*each; i++ {
				c <- i
			}
			if atomic.AddInt64(&left, -1) == 0 {
				close(c)
			}
		}(s)
	}
	var sum int64
	for v := range c {
		sum += v
	}
	check("mpsc", sum, tri(each*senders))
}

func oneshots(n int64) {
	var sum int64
	for i := int64(0); i < n; i++ {
		c := make(chan int64, 1)
		c <- i
		sum += <-c
	}
	check("oneshot", sum, tri(n))
}

func pingPongMany(n int64) {
	sum := sumOf(pairs, func() int64 {
		ping, pong := make(chan int64, 1), make(chan int64, 1)
		go func() {
			for v := range ping {
				pong <- v + 1
			}
		}()
		var v int64
		for i := int64(0); i < n/pairs; i++ {
			ping <- v
			v = <-pong
		}
		close(ping)
		return v
	})
	check("ping_pong_many", sum, n/pairs*pairs)
}

// ---- locks ----------------------------------------------------------------------------------

func mutexes(tasks, n int64, hold bool) {
	var mutex sync.Mutex
	var count int64
	times := sumOf(tasks, func() int64 {
		for i := int64(0); i < n/tasks; i++ {
			mutex.Lock()
			count++
			if hold {
				runtime.Gosched()
			}
			mutex.Unlock()
		}
		return n / tasks
	})
	check("mutex", count, times)
}

// Four permits are the room of a channel.
func semaphores(n int64) {
	permits := make(chan struct{}, 4)
	var count int64
	times := sumOf(tasks, func() int64 {
		for i := int64(0); i < n/tasks; i++ {
			permits <- struct{}{}
			atomic.AddInt64(&count, 1)
			runtime.Gosched()
			<-permits
		}
		return n / tasks
	})
	check("semaphore", count, times)
}

func rwlockRead(n int64) {
	var lock sync.RWMutex
	value := int64(1)
	sum := sumOf(tasks, func() int64 {
		var sum int64
		for i := int64(0); i < n/tasks; i++ {
			lock.RLock()
			sum += value
			lock.RUnlock()
		}
		return sum
	})
	check("rwlock_read", sum, n/tasks*tasks)
}
