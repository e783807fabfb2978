//! The echo server on Tokio: a task for each connection with a buffer of its own.
//!
//!     tokio-echo [port=0] [threads=1] [buf=16384] [flavor=auto|multi] [handler=burn|hello|proxy|udp]
//!
//! handler=burn works for a millisecond at each request that begins with 'B'; handler=hello answers HTTP; handler=proxy passes on to target=PORT; handler=udp echoes datagrams.
//! threads=1 is the current-thread runtime, unless flavor=multi.

use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UdpSocket};

fn arg(key: &str) -> Option<String> {
    std::env::args().skip(1).find_map(|a| a.strip_prefix(key)?.strip_prefix('=').map(str::to_owned))
}

fn number(key: &str, fallback: usize) -> usize {
    arg(key).map_or(fallback, |v| v.parse().expect("a number"))
}

async fn echo(mut conn: TcpStream, size: usize) -> std::io::Result<()> {
    let mut buf = vec![0; size];
    loop {
        let n = conn.read(&mut buf).await?;
        if n == 0 {
            return Ok(());
        }
        conn.write_all(&buf[..n]).await?;
    }
}

fn burn() {
    let begin = Instant::now();
    while begin.elapsed() < Duration::from_millis(1) {}
}

async fn echo_and_burn(mut conn: TcpStream) -> std::io::Result<()> {
    let mut buf = [0; 1024];
    loop {
        let n = conn.read(&mut buf).await?;
        if n == 0 {
            return Ok(());
        }
        if buf[0] == b'B' {
            burn();
        }
        conn.write_all(&buf[..n]).await?;
    }
}

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nServer: bench\r\nContent-Type: text/plain\r\n\
Content-Length: 13\r\nConnection: keep-alive\r\n\r\nHello, world\n";

/// How many requests end in these bytes; `seen` is how much of the end came last.
fn requests(bytes: &[u8], seen: &mut usize) -> usize {
    let end = b"\r\n\r\n";
    let mut count = 0;
    for &b in bytes {
        *seen = if b == end[*seen] { *seen + 1 } else { (b == b'\r') as usize };
        if *seen == 4 {
            count += 1;
            *seen = 0;
        }
    }
    count
}

async fn hello(mut conn: TcpStream) -> std::io::Result<()> {
    let mut buf = [0; 1024];
    let mut seen = 0;
    loop {
        let n = conn.read(&mut buf).await?;
        match requests(&buf[..n], &mut seen) {
            _ if n == 0 => return Ok(()),
            0 => {}
            1 => conn.write_all(ANSWER).await?,
            many => conn.write_all(&ANSWER.repeat(many)).await?,
        }
    }
}

async fn proxy(mut conn: TcpStream, target: u16) -> std::io::Result<()> {
    let mut other = TcpStream::connect(("127.0.0.1", target)).await?;
    other.set_nodelay(true)?;
    tokio::io::copy_bidirectional(&mut conn, &mut other).await.map(|_| ())
}

async fn echo_datagrams(socket: UdpSocket) -> std::io::Result<()> {
    let mut buf = [0; 2048];
    loop {
        let (n, from) = socket.recv_from(&mut buf).await?;
        socket.send_to(&buf[..n], from).await?;
    }
}

/// A task and a socket for each thread, all of one port.
async fn serve_datagrams() -> std::io::Result<()> {
    let mut addr = SocketAddr::from(([127, 0, 0, 1], number("port", 0) as u16));
    let mut tasks = Vec::new();
    for _ in 0..number("threads", 1) {
        let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::DGRAM, None)?;
        socket.set_reuse_port(true)?;
        socket.set_nonblocking(true)?;
        socket.bind(&addr.into())?;
        let socket = UdpSocket::from_std(socket.into())?;
        addr = socket.local_addr()?;
        tasks.push(tokio::spawn(echo_datagrams(socket)));
    }
    println!("port={}", addr.port());
    tasks.remove(0).await.unwrap()
}

async fn serve() -> std::io::Result<()> {
    let addr = SocketAddr::from(([127, 0, 0, 1], number("port", 0) as u16));
    let size = number("buf", 16384);
    let handler = arg("handler");
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None)?;
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&addr.into())?;
    socket.listen(4096)?;
    let listener = TcpListener::from_std(socket.into())?;
    println!("port={}", listener.local_addr()?.port());
    loop {
        let (conn, _) = listener.accept().await?;
        conn.set_nodelay(true)?;
        match handler.as_deref() {
            Some("burn") => tokio::spawn(echo_and_burn(conn)),
            Some("proxy") => tokio::spawn(proxy(conn, number("target", 0) as u16)),
            Some("hello") => tokio::spawn(hello(conn)),
            _ => tokio::spawn(echo(conn, size)),
        };
    }
}

fn main() -> std::io::Result<()> {
    let threads = number("threads", 1);
    let mut builder = if threads > 1 || arg("flavor").as_deref() == Some("multi") {
        let mut b = tokio::runtime::Builder::new_multi_thread();
        b.worker_threads(threads);
        b
    } else {
        tokio::runtime::Builder::new_current_thread()
    };
    // The listener is a task on a worker, as a program's own tasks are.
    let runtime = builder.enable_all().build()?;
    if arg("handler").as_deref() == Some("udp") {
        return runtime.block_on(serve_datagrams());
    }
    runtime.block_on(async { tokio::spawn(serve()).await.unwrap() })
}
