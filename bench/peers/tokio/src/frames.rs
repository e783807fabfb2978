//! Messages cut out of a stream of bytes: ../../../micro/frames.c says what an op is.

use futures_util::{SinkExt, StreamExt};
use tokio_util::codec::{FramedRead, FramedWrite, LinesCodec};

const LINE: usize = 40;

pub async fn lines(n: u64) {
    let (near, far) = tokio::io::duplex(8192);
    let writer = tokio::spawn(async move {
        let mut out = FramedWrite::new(near, LinesCodec::new());
        let line = "x".repeat(LINE);
        for _ in 0..n {
            out.feed(&line).await.unwrap();
        }
        SinkExt::<&String>::close(&mut out).await.unwrap();
    });
    let mut lines = FramedRead::new(far, LinesCodec::new_with_max_length(4096));
    let mut sum = 0;
    while let Some(line) = lines.next().await {
        sum += line.unwrap().len() as u64;
    }
    writer.await.unwrap();
    super::check("framed_lines", sum, n * LINE as u64);
}
