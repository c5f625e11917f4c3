//! Small servers of the tests, for what real ones do not do on demand.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

/// A server on a free port that treats each connection alike. It lives as long as the test program.
pub fn serve(treat: impl Fn(TcpStream) + Send + Sync + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let treat = Arc::new(treat);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let treat = Arc::clone(&treat);
            thread::spawn(move || treat(stream));
        }
    });
    port
}

/// Accepts and says nothing, until the peer has gone.
pub fn silent() -> u16 {
    serve(drain)
}

/// Says this at once, and then nothing.
pub fn says(text: &'static [u8]) -> u16 {
    serve(move |mut stream| {
        let _ = stream.write_all(text);
        drain(stream);
    })
}

/// Says this once the peer has said something, and then nothing.
pub fn answers(text: &'static [u8]) -> u16 {
    serve(move |mut stream| {
        let _ = stream.read(&mut [0; 1024]);
        let _ = stream.write_all(text);
        drain(stream);
    })
}

/// Says each of these once the peer has said something more, and then nothing.
pub fn answers_in_turn(texts: Vec<Vec<u8>>) -> u16 {
    serve(move |mut stream| {
        for text in &texts {
            let _ = stream.read(&mut [0; 1024]);
            let _ = stream.write_all(text);
        }
        drain(stream);
    })
}

/// Resets the connection as soon as the peer has said something: closing with unread bytes does that.
pub fn resets() -> u16 {
    serve(|stream| {
        let _ = stream.peek(&mut [0]);
    })
}

/// Closes the connection in order as soon as the peer has said something.
pub fn closes() -> u16 {
    serve(|mut stream| {
        let _ = stream.read(&mut [0; 1024]);
        let _ = stream.shutdown(Shutdown::Both);
    })
}

/// Refuses in turn: the first connection is good, the second is not, and so on.
pub fn every_other(good: &'static [u8]) -> u16 {
    let number = std::sync::atomic::AtomicUsize::new(0);
    serve(move |mut stream| {
        let _ = stream.read(&mut [0; 1024]);
        if number.fetch_add(1, std::sync::atomic::Ordering::SeqCst).is_multiple_of(2) {
            let _ = stream.write_all(good);
            drain(stream);
        }
    })
}

fn drain(mut stream: TcpStream) {
    while stream.read(&mut [0; 1024]).is_ok_and(|count| count > 0) {}
}

/// A proxy that holds back each answer for a while.
pub fn slow_proxy(port: u16, delay: Duration) -> u16 {
    serve(move |client| {
        let server = TcpStream::connect(("127.0.0.1", port)).unwrap();
        let (mut from_client, mut to_server) = (client.try_clone().unwrap(), server.try_clone().unwrap());
        thread::spawn(move || std::io::copy(&mut from_client, &mut to_server));
        let (mut from_server, mut to_client) = (server, client);
        let mut buffer = [0; 4096];
        while let Ok(count @ 1..) = from_server.read(&mut buffer) {
            thread::sleep(delay);
            if to_client.write_all(&buffer[..count]).is_err() {
                return;
            }
        }
    })
}

/// A listener whose queue of connections is full, with the connections that fill it.
pub struct FullBacklog {
    pub port: u16,
    _listener: TcpListener,
    _waiting: Vec<TcpStream>,
}

impl FullBacklog {
    pub fn make() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        // The queue of a listening socket can be shortened.
        rustix::net::listen(&listener, 0).unwrap();
        let address: SocketAddr = listener.local_addr().unwrap();
        let mut waiting = Vec::new();
        while let Ok(stream) = TcpStream::connect_timeout(&address, Duration::from_millis(300)) {
            waiting.push(stream);
            assert!(waiting.len() < 100, "the queue does not get full");
        }
        Self { port: address.port(), _listener: listener, _waiting: waiting }
    }
}

/// A web server, and what ClickHouse's HTTP interface answers. The real ClickHouse is not on the machines of the tests:
/// status, header and text of its refusals are those of its documentation and source.
pub fn web() -> u16 {
    serve(|stream| {
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let mut writer = stream;
        // Connections are kept.
        loop {
            let mut head = Vec::new();
            loop {
                let mut line = String::new();
                match reader.read_line(&mut line) {
                    Ok(0) | Err(_) => return,
                    Ok(_) => {}
                }
                if line == "\r\n" {
                    break;
                }
                head.push(line.trim_end().to_ascii_lowercase());
            }
            let path = head[0].split(' ').nth(1).unwrap_or_default().to_owned();
            let right = head.iter().any(|line| line == "x-clickhouse-key: hunter2-right");
            let database = head.iter().find_map(|line| line.strip_prefix("x-clickhouse-database: "));
            let (status, more, body) = match path.as_str() {
                "/ok" => ("200 OK", "", "fine"),
                "/missing" => ("404 Not Found", "", "no"),
                "/down" => ("503 Service Unavailable", "", "no healthy upstream"),
                "/moved" => ("301 Moved Permanently", "Location: https://elsewhere.example/?token=hunter2\r\n", ""),
                "/ping" => ("200 OK", "", "Ok.\n"),
                "/?query=select%201" if database == Some("absent") => {
                    ("404 Not Found", "X-ClickHouse-Exception-Code: 81\r\n", "Code: 81. DB::Exception: Database absent")
                }
                "/?query=select%201" if right => ("200 OK", "", "1\n"),
                "/?query=select%201" => (
                    "403 Forbidden",
                    "X-ClickHouse-Exception-Code: 516\r\n",
                    "Code: 516. DB::Exception: default: Authentication failed: password is incorrect",
                ),
                _ => ("400 Bad Request", "", ""),
            };
            let length = body.len();
            let answer = format!("HTTP/1.1 {status}\r\n{more}Content-Length: {length}\r\n\r\n{body}");
            if writer.write_all(answer.as_bytes()).is_err() {
                return;
            }
        }
    })
}
