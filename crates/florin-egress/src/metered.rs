//! A line from which one exchange may take so many bytes and no more.
//!
//! The HTTP library bounds the head of an answer, but not how many preliminary answers (1xx) come before it: each is read,
//! dropped, and costs the time of whoever waits. Deliberately absent: a limit on what is sent, which is ours.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// How many bytes may still be read.
#[derive(Clone, Default)]
pub(crate) struct Allowance(Arc<AtomicUsize>);

impl Allowance {
    /// Grants a new exchange its bytes.
    pub fn grant(&self, bytes: usize) {
        self.0.store(bytes, Ordering::Relaxed);
    }
}

/// A stream that is read within its allowance.
pub(crate) struct Metered<S> {
    stream: S,
    left: Allowance,
}

impl<S> Metered<S> {
    /// A stream that may read nothing until it is granted.
    pub fn new(stream: S, left: Allowance) -> Metered<S> {
        Metered { stream, left }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Metered<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        let taken = buffer.filled().len() - before;
        let left = self.left.0.load(Ordering::Relaxed);
        if taken > left {
            let why = "the server sends without end and never answers";
            return Poll::Ready(Err(io::Error::other(why)));
        }
        self.left.0.store(left - taken, Ordering::Relaxed);
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Metered<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::AsyncReadExt;

    #[tokio::test]
    async fn nothing_is_read_beyond_the_allowance() {
        let left = Allowance::default();
        left.grant(10);
        let mut line = Metered::new(&b"0123456789abcdef"[..], left.clone());
        let mut part = [0; 8];
        line.read_exact(&mut part)
            .await
            .expect("within the allowance");
        let more = line.read_exact(&mut part).await;
        assert!(
            more.expect_err("too much")
                .to_string()
                .contains("without end")
        );
        left.grant(100);
        let mut line = Metered::new(&b"0123456789abcdef"[..], left);
        let mut all = Vec::new();
        line.read_to_end(&mut all).await.expect("enough");
        assert_eq!(all.len(), 16);
    }
}
