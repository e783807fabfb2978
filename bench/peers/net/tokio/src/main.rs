//! The echo server on Tokio: a task for each connection with a buffer of its own.
//!
//!     tokio-echo [port=0] [threads=1] [buf=16384] [flavor=auto|multi]
//!
//! threads=1 is the current-thread runtime, unless flavor=multi.

use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

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

async fn serve() -> std::io::Result<()> {
    let addr = SocketAddr::from(([127, 0, 0, 1], number("port", 0) as u16));
    let size = number("buf", 16384);
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
        tokio::spawn(echo(conn, size));
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
    builder.enable_all().build()?.block_on(async { tokio::spawn(serve()).await.unwrap() })
}
