//! Connections that can be cut: a bad line, made on purpose.
//!
//! Shape: a listener whose streams carry a [`Connection`], which the handler of a request gets too. A cut shows at the next
//! byte that would be written: the write fails, and the server drops the stream. Deliberately absent: resets of TCP (a
//! closed connection says as little) and slow bytes.

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

/// What ends the head of an answer.
const HEAD_END: &[u8] = b"\r\n\r\n";

/// What still passes.
#[derive(Debug, Default)]
enum Passage {
    /// Everything.
    #[default]
    Open,
    /// Nothing.
    Cut,
    /// The head of an answer, of which so many last bytes were seen, and so much of its body.
    Partly { head_end: usize, body_bytes: usize },
}

impl Passage {
    /// How many of these bytes pass now.
    fn allows(&self, bytes: &[u8]) -> usize {
        match self {
            Passage::Open => bytes.len(),
            Passage::Cut => 0,
            Passage::Partly {
                head_end,
                body_bytes,
            } => {
                let head = head_bytes(*head_end, bytes).0;
                head + (bytes.len() - head).min(*body_bytes)
            }
        }
    }

    /// Notes what has passed.
    fn pass(&mut self, bytes: &[u8]) {
        if let Passage::Partly {
            head_end,
            body_bytes,
        } = self
        {
            let (head, seen) = head_bytes(*head_end, bytes);
            *head_end = seen;
            *body_bytes = body_bytes.saturating_sub(bytes.len() - head);
        }
    }
}

/// How many bytes belong to the head, and how much of its end was seen after them.
fn head_bytes(mut seen: usize, bytes: &[u8]) -> (usize, usize) {
    for (index, byte) in bytes.iter().enumerate() {
        match HEAD_END.get(seen) {
            None => return (index, seen),
            Some(expected) if expected == byte => seen += 1,
            // The end begins with `\r`, which may be the byte that did not fit.
            Some(_) => seen = usize::from(*byte == b'\r'),
        }
    }
    (bytes.len(), seen)
}

/// The right to cut one connection.
#[derive(Clone, Debug, Default)]
pub struct Connection {
    passage: Arc<Mutex<Passage>>,
}

impl Connection {
    /// Nothing passes any more.
    pub fn cut(&self) {
        *self.passage() = Passage::Cut;
    }

    /// The next answer passes up to so many bytes of its body.
    pub fn cut_after(&self, body_bytes: usize) {
        *self.passage() = Passage::Partly {
            head_end: 0,
            body_bytes,
        };
    }

    /// It is whole after every statement.
    fn passage(&self) -> MutexGuard<'_, Passage> {
        self.passage.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Connected<IncomingStream<'_, Lines>> for Connection {
    fn connect_info(stream: IncomingStream<'_, Lines>) -> Connection {
        stream.io().connection.clone()
    }
}

/// A listener over connections that can be cut.
pub struct Lines(pub TcpListener);

impl Listener for Lines {
    type Io = Line;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Line, SocketAddr) {
        // The server's own listener knows which errors pass by themselves.
        let (stream, address) = Listener::accept(&mut self.0).await;
        // Small answers must not wait for more bytes; a socket without the option only answers later.
        let _ = stream.set_nodelay(true);
        let line = Line {
            stream,
            connection: Connection::default(),
        };
        (line, address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

/// One connection.
pub struct Line {
    stream: TcpStream,
    connection: Connection,
}

impl AsyncRead for Line {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Line {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let allowed = self.connection.passage().allows(bytes);
        if allowed == 0 && !bytes.is_empty() {
            return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
        }
        let allowed = bytes.get(..allowed).unwrap_or_default();
        let written = std::task::ready!(Pin::new(&mut self.stream).poll_write(context, allowed))?;
        let passed = allowed.get(..written).unwrap_or_default();
        self.connection.passage().pass(passed);
        Poll::Ready(Ok(written))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What passes of an answer that is written in pieces of this size.
    fn passed(answer: &[u8], piece_bytes: usize, body_bytes: usize) -> Vec<u8> {
        let connection = Connection::default();
        connection.cut_after(body_bytes);
        let mut through = Vec::new();
        for piece in answer.chunks(piece_bytes) {
            let mut passage = connection.passage();
            let allowed = &piece[..passage.allows(piece)];
            passage.pass(allowed);
            through.extend_from_slice(allowed);
            if allowed.len() < piece.len() {
                break;
            }
        }
        through
    }

    #[test]
    fn an_answer_is_cut_in_its_body_however_it_is_written() {
        let answer = b"HTTP/1.1 200 OK\r\nx: \r\r\ncontent-length: 10\r\n\r\n0123456789";
        for piece_bytes in 1..=answer.len() {
            for (body_bytes, lost) in [(0, 10), (4, 6), (10, 0), (99, 0)] {
                let through = passed(answer, piece_bytes, body_bytes);
                let expected = &answer[..answer.len() - lost];
                assert_eq!(through, expected, "{piece_bytes} {body_bytes}");
            }
        }
    }

    #[test]
    fn a_cut_connection_passes_nothing_and_an_open_one_everything() {
        let connection = Connection::default();
        assert_eq!(connection.passage().allows(b"abc"), 3);
        connection.cut();
        assert_eq!(connection.passage().allows(b"abc"), 0);
    }
}
