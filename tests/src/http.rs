//! A browser without JavaScript: pages and forms over plain HTTP, with one cookie.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// What was answered.
#[derive(Debug, Clone)]
pub struct Page {
    /// The status.
    pub status: u16,
    /// The head, as it came.
    pub head: String,
    /// The body.
    pub body: String,
}

impl Page {
    /// The value of a header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(':'));
        lines.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }

    /// Where it sends the browser; empty when nowhere.
    #[must_use]
    pub fn location(&self) -> &str {
        self.header("location").unwrap_or_default()
    }

    /// The value of the first hidden field of this name.
    #[must_use]
    pub fn hidden(&self, name: &str) -> String {
        let field = format!("name=\"{name}\" value=\"");
        let value = self.body.split_once(&field).and_then(|(_, rest)| rest.split_once('"'));
        value.map(|(value, _)| value.to_owned()).unwrap_or_default()
    }

    /// Whether it says something.
    #[must_use]
    pub fn says(&self, text: &str) -> bool {
        self.body.contains(text)
    }
}

/// One browser.
#[derive(Debug, Clone)]
pub struct Browser {
    address: String,
    /// The session's token, as the server gave it.
    pub token: Option<String>,
    /// Further lines of the head of every request, each ended.
    pub extra: String,
}

impl Browser {
    /// At pages with this address, as the program prints it.
    #[must_use]
    pub fn at(pages: &str) -> Self {
        let address = pages.trim_start_matches("http://").trim_end_matches('/').to_owned();
        Self { address, token: None, extra: String::new() }
    }

    /// Asks for a page.
    pub fn get(&mut self, path: &str) -> Page {
        self.send(&format!("GET {path} HTTP/1.1\r\n"), "")
    }

    /// Sends a form as it is given.
    pub fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let pairs: Vec<String> =
            fields.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
        let head = format!("POST {path} HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\n");
        self.send(&head, &pairs.join("&"))
    }

    /// Opens a page, fills in its form and sends it to `path`.
    pub fn fill(&mut self, page: &str, path: &str, fields: &[(&str, &str)]) -> Page {
        let csrf = self.get(page).hidden("csrf");
        self.post(path, &[&[("csrf", csrf.as_str())], fields].concat())
    }

    /// Signs in.
    pub fn sign_in(&mut self, name: &str, password: &str) -> Page {
        self.post("/login", &[("name", name), ("password", password)])
    }

    fn send(&mut self, head: &str, body: &str) -> Page {
        let mut stream = TcpStream::connect(&self.address).expect("the pages are there");
        stream.set_read_timeout(Some(Duration::from_secs(30))).expect("a socket");
        let host = if self.extra.contains("Host:") { String::new() } else { format!("Host: {}\r\n", self.address) };
        let cookie = self.token.as_ref().map(|token| format!("Cookie: hopluu={token}\r\n")).unwrap_or_default();
        let (extra, length) = (&self.extra, body.len());
        let request = format!("{head}{host}{cookie}{extra}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}");
        stream.write_all(request.as_bytes()).expect("it listens");
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).expect("it answers");
        let answer = String::from_utf8_lossy(&bytes).into_owned();
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        let page = Page { status, head: head.to_owned(), body: body.to_owned() };
        let given = page.header("set-cookie").and_then(|cookie| cookie.strip_prefix("hopluu="));
        if let Some((token, _)) = given.and_then(|cookie| cookie.split_once(';')) {
            self.token = Some(token.to_owned()).filter(|token| !token.is_empty());
        }
        page
    }
}

fn encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}
