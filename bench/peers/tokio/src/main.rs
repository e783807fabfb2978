//! The micro-benchmarks on Tokio. ../../micro says what an op of each is.

mod frames;
mod sync;

use std::collections::HashMap;
use std::future::{poll_fn, Future};
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::*};
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, oneshot, Notify};
use tokio::task::yield_now;
use tokio::time::{sleep, timeout, Sleep};

const LONG: Duration = Duration::from_secs(10);

// ---- measuring ------------------------------------------------------------------------------

/// The process's CPU time in ns, and its minor page faults.
fn used() -> (u64, u64) {
    let mut ru: libc::rusage = unsafe { std::mem::zeroed() };
    if unsafe { libc::getrusage(libc::RUSAGE_SELF, &mut ru) } != 0 {
        panic!("getrusage");
    }
    let ns = |t: libc::timeval| t.tv_sec as u64 * 1_000_000_000 + t.tv_usec as u64 * 1000;
    (ns(ru.ru_utime) + ns(ru.ru_stime), ru.ru_minflt as u64)
}

/// A field of a file in /proc, in KiB.
fn proc_kib(path: &str, field: &str) -> u64 {
    let text = std::fs::read_to_string(path).expect(path);
    text.lines()
        .find(|l| l.starts_with(field))
        .and_then(|l| l.split_whitespace().nth(1))
        .and_then(|v| v.parse().ok())
        .expect(field)
}

#[derive(Default)]
struct Outcome {
    wall: u64,
    cpu: u64,
    faults: u64,
    extra: String,
}

struct Meter {
    wall: Instant,
    used: (u64, u64),
}

impl Meter {
    fn start() -> Meter {
        Meter { used: used(), wall: Instant::now() }
    }
    fn stop(&self, out: &mut Outcome) {
        out.wall += self.wall.elapsed().as_nanos() as u64;
        let (cpu, faults) = used();
        out.cpu += cpu - self.used.0;
        out.faults += faults - self.used.1;
    }
}

fn check(what: &str, got: u64, want: u64) {
    if got != want {
        eprintln!("{what}: wrong result {got}, expected {want}");
        std::process::exit(2);
    }
}

/// The sum 0 + 1 + ... + n-1.
fn tri(n: u64) -> u64 {
    if n == 0 { 0 } else { n * (n - 1) / 2 }
}

// ---- tasks ----------------------------------------------------------------------------------

async fn spawn_join(n: u64) {
    let mut handles = Vec::with_capacity(1000);
    let (mut sum, mut next) = (0, 0);
    while next < n {
        let end = (next + 1000).min(n);
        for i in next..end {
            handles.push(tokio::spawn(async move { i }));
        }
        for h in handles.drain(..) {
            sum += h.await.unwrap();
        }
        next = end;
    }
    check("spawn_join", sum, tri(n));
}

async fn spawn_blocking(batch: u64, n: u64) {
    let mut handles = Vec::with_capacity(batch as usize);
    let mut sum = 0;
    for _ in 0..n / batch {
        for i in 0..batch {
            handles.push(tokio::task::spawn_blocking(move || i));
        }
        for h in handles.drain(..) {
            sum += h.await.unwrap();
        }
    }
    check("spawn_blocking", sum, n / batch * tri(batch));
}

async fn block_in_place(n: u64) {
    let (mut sum, mut expected) = (0, 0);
    for i in 0..n {
        sum += tokio::task::block_in_place(|| std::hint::black_box(i % 1000));
        expected += i % 1000;
        yield_now().await;
    }
    check("block_in_place", sum, expected);
}

fn size_of(i: u64) -> u64 {
    100 + i * 37 % 4000
}

/// The same tree as in ../../micro/files.c.
fn make_tree(n: u64) -> (std::path::PathBuf, Vec<std::path::PathBuf>) {
    let root = std::env::temp_dir().join(format!("bench-tokio-{}", std::process::id()));
    let bytes = [0u8; 8192];
    let mut paths = Vec::new();
    for i in 0..n.min(10000) {
        let folder = root.join((i / 100).to_string());
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join((i % 100).to_string());
        std::fs::write(&path, &bytes[..size_of(i) as usize]).unwrap();
        paths.push(path);
    }
    (root, paths)
}

async fn file_tree(n: u64) -> Outcome {
    let (root, paths) = make_tree(n);
    let files = paths.len() as u64;
    let outcome = timed(async {
        let mut sum = 0;
        for i in 0..n {
            sum += tokio::fs::read(&paths[(i % files) as usize]).await.unwrap().len() as u64;
        }
        check("file_tree", sum, (0..n).map(|i| size_of(i % files)).sum());
    })
    .await;
    std::fs::remove_dir_all(root).unwrap();
    outcome
}

struct Latch {
    left: AtomicUsize,
    sum: AtomicU64,
    done: Notify,
}

impl Latch {
    fn new(n: u64) -> Arc<Latch> {
        Arc::new(Latch { left: AtomicUsize::new(n as usize), sum: AtomicU64::new(0), done: Notify::new() })
    }
    fn down(&self) {
        if self.left.fetch_sub(1, AcqRel) == 1 {
            self.done.notify_one();
        }
    }
}

async fn spawn_detached_latch(n: u64) {
    let latch = Latch::new(n);
    for _ in 0..n {
        let latch = latch.clone();
        tokio::spawn(async move { latch.down() });
    }
    latch.done.notified().await;
    check("spawn_detached_latch", latch.left.load(Acquire) as u64, 0);
}

async fn yielders(tasks: u64, n: u64) {
    let handles: Vec<_> = (0..tasks)
        .map(|_| {
            tokio::spawn(async move {
                let mut count = 0u64;
                for _ in 0..n / tasks {
                    yield_now().await;
                    count += 1;
                }
                count
            })
        })
        .collect();
    let mut sum = 0;
    for h in handles {
        sum += h.await.unwrap();
    }
    check("yield", sum, n / tasks * tasks);
}

fn chain_link(depth: u64, done: oneshot::Sender<u64>) {
    tokio::spawn(async move {
        if depth == 1 {
            let _ = done.send(1);
        } else {
            chain_link(depth - 1, done);
        }
    });
}

async fn chain(n: u64) {
    let mut sum = 0;
    for _ in 0..n / 1000 {
        let (tx, rx) = oneshot::channel();
        chain_link(1000, tx);
        sum += rx.await.unwrap();
    }
    check("chain", sum, n / 1000);
}

fn skynet_node(up: mpsc::Sender<u64>, first: u64, size: u64) {
    tokio::spawn(async move {
        let mut sum = first;
        if size > 1 {
            let (tx, mut rx) = mpsc::channel(10);
            for i in 0..10 {
                skynet_node(tx.clone(), first + i * (size / 10), size / 10);
            }
            drop(tx);
            sum = 0;
            while let Some(v) = rx.recv().await {
                sum += v;
            }
        }
        up.send(sum).await.unwrap();
    });
}

/// Trees of 10,000 leaves.
async fn skynet(n: u64) {
    for _ in 0..n / 10_000 {
        let (tx, mut rx) = mpsc::channel(1);
        skynet_node(tx, 0, 10_000);
        check("skynet", rx.recv().await.unwrap(), tri(10_000));
    }
}

// ---- channels -------------------------------------------------------------------------------

async fn ping_pong(n: u64) {
    let (ping_tx, mut ping_rx) = mpsc::channel::<u64>(1);
    let (pong_tx, mut pong_rx) = mpsc::channel::<u64>(1);
    tokio::spawn(async move {
        while let Some(v) = ping_rx.recv().await {
            pong_tx.send(v + 1).await.unwrap();
        }
    });
    let asker = tokio::spawn(async move {
        let mut v = 0;
        for _ in 0..n {
            ping_tx.send(v).await.unwrap();
            v = pong_rx.recv().await.unwrap();
        }
        v
    });
    check("ping_pong", asker.await.unwrap(), n);
}

async fn select2(n: u64) {
    let (atx, mut arx) = mpsc::channel::<u64>(128);
    let (btx, mut brx) = mpsc::channel::<u64>(128);
    let half = n / 2;
    for (first, tx) in [(0, atx), (half, btx)] {
        tokio::spawn(async move {
            for i in first..first + half {
                tx.send(i).await.unwrap();
            }
        });
    }
    let mut sum = 0;
    loop {
        tokio::select! {
            Some(v) = arx.recv() => sum += v,
            Some(v) = brx.recv() => sum += v,
            else => break,
        }
    }
    check("select2", sum, tri(half * 2));
}

// ---- time -----------------------------------------------------------------------------------

async fn timeout_churn(n: u64) {
    let (ping_tx, mut ping_rx) = mpsc::channel::<u64>(1);
    let (pong_tx, mut pong_rx) = mpsc::channel::<u64>(1);
    tokio::spawn(async move {
        while let Some(v) = ping_rx.recv().await {
            pong_tx.send(v + 1).await.unwrap();
        }
    });
    let mut v = 0;
    for _ in 0..n {
        ping_tx.send(v).await.unwrap();
        v = timeout(LONG, pong_rx.recv()).await.expect("in time").unwrap();
    }
    check("timeout_churn", v, n);
}

async fn timer_cancel(n: u64) {
    let mut slots: Vec<Pin<Box<Option<Sleep>>>> = (0..1000).map(|_| Box::pin(None)).collect();
    let mut pending = 0;
    for batch in 0..n / 1000 {
        for (i, slot) in slots.iter_mut().enumerate() {
            slot.set(Some(sleep(LONG + Duration::from_millis(i as u64))));
            let first = poll_fn(|cx| Poll::Ready(slot.as_mut().as_pin_mut().unwrap().poll(cx))).await;
            pending += first.is_pending() as u64;
        }
        for slot in slots.iter_mut() {
            slot.set(None);
        }
        if batch % 16 == 15 {
            yield_now().await;
        }
    }
    check("timer_cancel", pending, n / 1000 * 1000);
}

// ---- workloads that also report memory or lateness --------------------------------------------

fn mix(i: u64) -> u64 {
    let mut z = i.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

async fn sleep_many(n: u64) -> Outcome {
    let meter = Meter::start();
    let latch = Latch::new(n);
    let worst = Arc::new(AtomicU64::new(0));
    let mut longest = 0;
    for i in 0..n {
        let (latch, worst) = (latch.clone(), worst.clone());
        let ms = mix(i) % 1000;
        longest = longest.max(ms);
        tokio::spawn(async move {
            let start = Instant::now();
            let want = Duration::from_millis(ms);
            sleep(want).await;
            let took = start.elapsed();
            assert!(took >= want, "woke early");
            let late = (took - want).as_nanos() as u64;
            latch.sum.fetch_add(late, Relaxed);
            worst.fetch_max(late, Relaxed);
            latch.down();
        });
    }
    latch.done.notified().await;
    let mut out = Outcome::default();
    meter.stop(&mut out);
    check("sleep_many", latch.left.load(Acquire) as u64, 0);
    let over = out.wall.saturating_sub(longest * 1_000_000);
    out.extra = format!(
        " over_us={} late_mean_us={} late_max_us={}",
        over / 1000,
        latch.sum.load(Relaxed) / n / 1000,
        worst.load(Relaxed) / 1000
    );
    out
}

/// Resident memory and the tables that map it, in bytes.
fn memory() -> (u64, u64) {
    (
        proc_kib("/proc/self/smaps_rollup", "Rss:") * 1024,
        proc_kib("/proc/self/status", "VmPTE:") * 1024,
    )
}

async fn idle_tasks(n: u64) -> Outcome {
    let before = memory();
    let meter = Meter::start();
    let latch = Latch::new(n);
    let gate = Arc::new((Notify::new(), AtomicU64::new(0)));
    for _ in 0..n {
        let (latch, gate) = (latch.clone(), gate.clone());
        tokio::spawn(async move {
            let opened = gate.0.notified();
            gate.1.fetch_add(1, Relaxed);
            opened.await;
            latch.down();
        });
    }
    while gate.1.load(Relaxed) < n {
        yield_now().await;
    }
    let now = memory();
    gate.0.notify_waiters();
    latch.done.notified().await;
    let mut out = Outcome::default();
    meter.stop(&mut out);
    check("idle_tasks", latch.left.load(Acquire) as u64, 0);
    out.extra = format!(
        " rss={} page_tables={}",
        now.0.saturating_sub(before.0) / n,
        now.1.saturating_sub(before.1) / n
    );
    out
}

// ---- command line -----------------------------------------------------------------------------

const WORKLOADS: &[&str] = &[
    "spawn_join",
    "spawn_detached_latch",
    "chain",
    "skynet",
    "yield1",
    "yield1000",
    "ping_pong",
    "timeout_churn",
    "select2",
    "timer_cancel",
    "sleep_many",
    "spawn_blocking",
    "spawn_blocking_100",
    "block_in_place",
    "file_tree",
    "framed_lines",
    "idle_tasks",
    "mpsc_1_1",
    "mpsc_4_1",
    "mpsc_unbounded_4_1",
    "oneshot",
    "watch",
    "broadcast",
    "ping_pong_many",
    "mutex_uncontended",
    "mutex_contended",
    "mutex_held",
    "semaphore",
    "rwlock_read",
    "notify",
];

async fn timed<F: Future<Output = ()>>(work: F) -> Outcome {
    let mut out = Outcome::default();
    let meter = Meter::start();
    work.await;
    meter.stop(&mut out);
    out
}

async fn run(name: &str, n: u64) -> Outcome {
    match name {
        "spawn_join" => timed(spawn_join(n)).await,
        "spawn_detached_latch" => timed(spawn_detached_latch(n)).await,
        "chain" => timed(chain(n)).await,
        "skynet" => timed(skynet(n)).await,
        "yield1" => timed(yielders(1, n)).await,
        "yield1000" => timed(yielders(1000, n)).await,
        "ping_pong" => timed(ping_pong(n)).await,
        "timeout_churn" => timed(timeout_churn(n)).await,
        "select2" => timed(select2(n)).await,
        "timer_cancel" => timed(timer_cancel(n)).await,
        "sleep_many" => sleep_many(n).await,
        "spawn_blocking" => timed(spawn_blocking(1, n)).await,
        "spawn_blocking_100" => timed(spawn_blocking(100, n)).await,
        "block_in_place" => timed(block_in_place(n)).await,
        "file_tree" => file_tree(n).await,
        "framed_lines" => timed(frames::lines(n)).await,
        "idle_tasks" => idle_tasks(n).await,
        "mpsc_1_1" => timed(sync::mpsc_bounded(1, n)).await,
        "mpsc_4_1" => timed(sync::mpsc_bounded(4, n)).await,
        "mpsc_unbounded_4_1" => timed(sync::mpsc_unbounded(4, n)).await,
        "oneshot" => timed(sync::oneshots(n)).await,
        "watch" => timed(sync::watches(n)).await,
        "broadcast" => timed(sync::broadcasts(n)).await,
        "ping_pong_many" => timed(sync::ping_pong_many(n)).await,
        "mutex_uncontended" => timed(sync::mutexes(1, n, false)).await,
        "mutex_contended" => timed(sync::mutexes(8, n, false)).await,
        "mutex_held" => timed(sync::mutexes(8, n, true)).await,
        "semaphore" => timed(sync::semaphores(n)).await,
        "rwlock_read" => timed(sync::rwlock_read(n)).await,
        "notify" => timed(sync::notifies(n)).await,
        _ => usage(),
    }
}

fn print_line(name: &str, threads: u64, n: u64, out: &Outcome) {
    let per = |v: u64| v as f64 / n as f64;
    println!(
        "{name}\ttokio\t{threads}\t{n}\t{:.1}\t{:.1}\t{}\tfaults_per_op={:.3}{}",
        per(out.wall),
        per(out.cpu),
        proc_kib("/proc/self/status", "VmHWM:"),
        per(out.faults),
        out.extra
    );
}

/// Warms up, then measures `repeat` times.
async fn measure(name: String, threads: u64, n: u64, warm_ms: u64, repeat: u64) {
    let begin = Instant::now();
    while begin.elapsed() < Duration::from_millis(warm_ms) {
        run(&name, n).await;
    }
    for _ in 0..repeat {
        print_line(&name, threads, n, &run(&name, n).await);
    }
}

fn usage() -> ! {
    eprintln!("usage: bench-tokio NAME [threads=1] [ops=100000] [repeat=5] [warm_ms=1000] [flavor=auto|multi]");
    for name in WORKLOADS {
        eprintln!("  {name}");
    }
    std::process::exit(64)
}

fn main() {
    let mut args = std::env::args().skip(1);
    let name = args.next().unwrap_or_else(|| usage());
    let mut opt: HashMap<String, String> = HashMap::new();
    for a in args {
        let Some((k, v)) = a.split_once('=') else { usage() };
        opt.insert(k.into(), v.into());
    }
    let num = |k: &str, d: u64| opt.get(k).map_or(d, |v| v.parse().unwrap_or_else(|_| usage()));
    let (threads, n) = (num("threads", 1), num("ops", 100_000));
    let (warm_ms, repeat) = (num("warm_ms", 1000), num("repeat", 5));
    if threads < 1 || n < 1 {
        usage();
    }
    // A current-thread runtime can't do it.
    let multi = threads > 1 || name == "block_in_place" || opt.get("flavor").map_or(false, |f| f == "multi");
    let rt = if multi {
        tokio::runtime::Builder::new_multi_thread().worker_threads(threads as usize).enable_all().build()
    } else {
        tokio::runtime::Builder::new_current_thread().enable_all().build()
    }
    .expect("runtime");

    // The root runs as a task on a worker, as a program's own tasks do, not on the main thread.
    rt.block_on(async move {
        tokio::spawn(measure(name, threads, n, warm_ms, repeat)).await.unwrap()
    });
    std::process::exit(0); // don't time the tear-down of what is left
}
