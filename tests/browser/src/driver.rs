//! chromedriver: the process, and what is said to it (W3C WebDriver, JSON over HTTP on loopback).

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;

/// So long one command may take: a page of a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// What chromedriver refused, in its words.
#[derive(Debug, Clone)]
pub(crate) struct Fault(pub(crate) String);

/// A running chromedriver. Dropped, it ends and takes its browsers along.
pub(crate) struct Driver {
    child: Child,
    port: u16,
}

impl Driver {
    /// Starts one on a free port.
    pub(crate) fn start() -> Self {
        let started = Command::new("chromedriver")
            .arg("--port=0")
            // Fields of dates and numbers are shown as here.
            .env("LANGUAGE", "vi")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let mut child = started.expect("chromedriver is installed: cargo xtask browser does it");
        let stdout = child.stdout.take().expect("standard output is piped");
        let said = BufReader::new(stdout).lines().map_while(Result::ok);
        let port = said.into_iter().find_map(|line| {
            let (_, port) = line.split_once("started successfully on port ")?;
            port.trim_end_matches('.').parse().ok()
        });
        Self { child, port: port.expect("chromedriver says its port") }
    }

    /// One command.
    pub(crate) fn call(&self, method: &str, path: &str, body: &Value) -> Result<Value, Fault> {
        let body = if method == "POST" { body.to_string() } else { String::new() };
        let answer = self.exchange(method, path, &body);
        let (status, said) = answer.map_err(|error| Fault(format!("no answer: {error}")))?;
        let mut said: Value = serde_json::from_str(&said).unwrap_or_default();
        let value = said["value"].take();
        if status == 200 {
            return Ok(value);
        }
        let message = value["message"].as_str().unwrap_or_default();
        Err(Fault(message.lines().next().unwrap_or_default().to_owned()))
    }

    fn exchange(&self, method: &str, path: &str, body: &str) -> std::io::Result<(u16, String)> {
        let port = self.port;
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let length = body.len();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n\
             Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
        )?;
        let mut answer = BufReader::new(stream);
        let mut line = String::new();
        answer.read_line(&mut line)?;
        let status = line.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
        let mut length = 0;
        loop {
            line.clear();
            answer.read_line(&mut line)?;
            match line.split_once(':') {
                Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                    length = value.trim().parse().unwrap_or(0);
                }
                Some(_) => {}
                None => break,
            }
        }
        let mut bytes = vec![0; length];
        answer.read_exact(&mut bytes)?;
        Ok((status, String::from_utf8_lossy(&bytes).into_owned()))
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // Asked, it closes its browsers; killed, it would leave them behind.
        let _ = self.exchange("GET", "/shutdown", "");
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
