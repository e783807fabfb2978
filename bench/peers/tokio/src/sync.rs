//! What tasks wait for one another with: channels, cells, locks.

use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering::*};
use std::sync::Arc;

use tokio::sync::{broadcast, mpsc, oneshot, watch, Mutex, Notify, RwLock, Semaphore};
use tokio::task::yield_now;

use crate::{check, tri};

const ROOM: usize = 128;
const TASKS: u64 = 8;
const RECEIVERS: u64 = 4;
const BROADCAST_ROOM: u64 = 1024;
const PAIRS: u64 = 1000;

/// Spawns `count` tasks, and the sum of what they return.
async fn sum_of<F, Fut>(count: u64, task: F) -> u64
where
    F: Fn(u64) -> Fut,
    Fut: Future<Output = u64> + Send + 'static,
{
    let handles: Vec<_> = (0..count).map(|i| tokio::spawn(task(i))).collect();
    let mut sum = 0;
    for handle in handles {
        sum += handle.await.unwrap();
    }
    sum
}

// ---- channels -------------------------------------------------------------------------------

pub async fn mpsc_bounded(senders: u64, n: u64) {
    let (tx, mut rx) = mpsc::channel::<u64>(ROOM);
    let each = n / senders;
    for s in 0..senders {
        let tx = tx.clone();
        tokio::spawn(async move {
            for i in s * each..(s + 1) * each {
                tx.send(i).await.unwrap();
            }
        });
    }
    drop(tx);
    let mut sum = 0;
    while let Some(v) = rx.recv().await {
        sum += v;
    }
    check("mpsc", sum, tri(each * senders));
}

pub async fn mpsc_unbounded(senders: u64, n: u64) {
    let (tx, mut rx) = mpsc::unbounded_channel::<u64>();
    let each = n / senders;
    for s in 0..senders {
        let tx = tx.clone();
        tokio::spawn(async move {
            for i in 0..each {
                tx.send(s * each + i).unwrap();
                if i % ROOM as u64 == ROOM as u64 - 1 {
                    yield_now().await;
                }
            }
        });
    }
    drop(tx);
    let mut sum = 0;
    while let Some(v) = rx.recv().await {
        sum += v;
    }
    check("mpsc_unbounded", sum, tri(each * senders));
}

pub async fn oneshots(n: u64) {
    let mut sum = 0;
    for i in 0..n {
        let (tx, rx) = oneshot::channel::<u64>();
        tx.send(i).unwrap();
        sum += rx.await.unwrap();
    }
    check("oneshot", sum, tri(n));
}

pub async fn watches(n: u64) {
    let (tx, rx) = watch::channel(0u64);
    let receivers: Vec<_> = (0..RECEIVERS)
        .map(|_| {
            let mut rx = rx.clone();
            tokio::spawn(async move {
                let mut last = 0;
                while last < n {
                    rx.changed().await.unwrap();
                    last = *rx.borrow_and_update();
                }
                last
            })
        })
        .collect();
    for i in 1..=n {
        tx.send(i).unwrap();
        yield_now().await;
    }
    let mut sum = 0;
    for receiver in receivers {
        sum += receiver.await.unwrap();
    }
    check("watch", sum, RECEIVERS * n);
}

/// How many messages a receiver has had; a cache line of its own.
#[repr(align(128))]
#[derive(Default)]
struct Progress(AtomicU64);

pub async fn broadcasts(n: u64) {
    let (tx, _) = broadcast::channel::<u64>(BROADCAST_ROOM as usize);
    let had: Arc<[Progress; RECEIVERS as usize]> = Arc::default();
    let receivers: Vec<_> = (0..RECEIVERS as usize)
        .map(|r| {
            let (mut rx, had) = (tx.subscribe(), had.clone());
            tokio::spawn(async move {
                let mut sum = 0;
                for count in 1..=n {
                    sum += rx.recv().await.unwrap(); // it never lags
                    had[r].0.store(count, Release);
                }
                sum
            })
        })
        .collect();
    let mut slowest = 0;
    for i in 0..n {
        while i - slowest == BROADCAST_ROOM {
            slowest = had.iter().map(|p| p.0.load(Acquire)).min().unwrap();
            if i - slowest == BROADCAST_ROOM {
                yield_now().await;
            }
        }
        tx.send(i).unwrap();
    }
    let mut sum = 0;
    for receiver in receivers {
        sum += receiver.await.unwrap();
    }
    check("broadcast", sum, RECEIVERS * tri(n));
}

pub async fn ping_pong_many(n: u64) {
    let sum = sum_of(PAIRS, |_| async move {
        let (ping_tx, mut ping_rx) = mpsc::channel::<u64>(1);
        let (pong_tx, mut pong_rx) = mpsc::channel::<u64>(1);
        tokio::spawn(async move {
            while let Some(v) = ping_rx.recv().await {
                pong_tx.send(v + 1).await.unwrap();
            }
        });
        let mut v = 0;
        for _ in 0..n / PAIRS {
            ping_tx.send(v).await.unwrap();
            v = pong_rx.recv().await.unwrap();
        }
        v
    });
    check("ping_pong_many", sum.await, n / PAIRS * PAIRS);
}

// ---- locks ----------------------------------------------------------------------------------

pub async fn mutexes(tasks: u64, n: u64, hold: bool) {
    let mutex = Arc::new(Mutex::new(0u64));
    let times = sum_of(tasks, |_| {
        let mutex = mutex.clone();
        async move {
            for _ in 0..n / tasks {
                let mut count = mutex.lock().await;
                *count += 1;
                if hold {
                    yield_now().await;
                }
            }
            n / tasks
        }
    })
    .await;
    check("mutex", *mutex.lock().await, times);
}

pub async fn semaphores(n: u64) {
    let both = Arc::new((Semaphore::new(4), AtomicU64::new(0)));
    let times = sum_of(TASKS, |_| {
        let both = both.clone();
        async move {
            for _ in 0..n / TASKS {
                let _permit = both.0.acquire().await.unwrap();
                both.1.fetch_add(1, Relaxed);
                yield_now().await;
            }
            n / TASKS
        }
    })
    .await;
    check("semaphore", both.1.load(Relaxed), times);
}

pub async fn rwlock_read(n: u64) {
    let lock = Arc::new(RwLock::new(1u64));
    let sum = sum_of(TASKS, |_| {
        let lock = lock.clone();
        async move {
            let mut sum = 0;
            for _ in 0..n / TASKS {
                sum += *lock.read().await;
            }
            sum
        }
    });
    check("rwlock_read", sum.await, n / TASKS * TASKS);
}

pub async fn notifies(n: u64) {
    let both = Arc::new((Notify::new(), Notify::new(), AtomicU64::new(0)));
    let other = both.clone();
    let answerer = tokio::spawn(async move {
        for _ in 0..n {
            other.0.notified().await;
            other.2.fetch_add(1, Relaxed);
            other.1.notify_one();
        }
    });
    for _ in 0..n {
        both.0.notify_one();
        both.1.notified().await;
    }
    answerer.await.unwrap();
    check("notify", both.2.load(Relaxed), n);
}
