//! A request as the routes see it.

use std::hash::{DefaultHasher, Hash, Hasher};

use axum::extract::Query;
use axum::http::{HeaderMap, Method, Uri, header};
use serde_json::Value;

use super::reply::Reply;

/// The parameters that say which page of a list is wanted, in the words of different APIs. A page token is bound to
/// everything else.
const SIZES: [&str; 3] = ["pageSize", "maxResults", "limit"];
const TOKENS: [&str; 2] = ["pageToken", "continue"];

/// A request that was read in full.
#[derive(Clone, Debug)]
pub(super) struct Request {
    pub method: Method,
    /// The path as it was sent.
    pub path: String,
    segments: Vec<String>,
    query: Vec<(String, String)>,
    /// The host that was asked, without a port.
    pub host: String,
    /// The body, where it is JSON.
    pub body: Value,
}

/// The host that a request is for, without a port.
pub(super) fn host_of(uri: &Uri, headers: &HeaderMap) -> String {
    let named = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    // A proxy's client names the host in the request line, and that is the one that it means.
    let host = uri.host().unwrap_or_else(|| named.rsplit_once(':').map_or(named, |(host, _)| host));
    host.to_ascii_lowercase()
}

impl Request {
    /// Reads the parts of a request.
    ///
    /// # Errors
    /// 400 where the path or the query is not escaped well.
    pub fn read(method: &Method, uri: &Uri, headers: &HeaderMap, body: &[u8]) -> Result<Self, Reply> {
        let Query(query) = Query::<Vec<(String, String)>>::try_from_uri(uri)
            .map_err(|_| Reply::invalid("The query string could not be read."))?;
        let segments: Option<Vec<String>> = uri.path().trim_matches('/').split('/').map(unescaped).collect();
        Ok(Self {
            method: method.clone(),
            path: uri.path().to_owned(),
            segments: segments.ok_or_else(|| Reply::invalid("The path could not be read."))?,
            query,
            host: host_of(uri, headers),
            // Whoever needs a body that is none meets null.
            body: serde_json::from_slice(body).unwrap_or_default(),
        })
    }

    /// The path's segments without their escapes.
    pub fn segments(&self) -> Vec<&str> {
        self.segments.iter().map(String::as_str).collect()
    }

    /// The value of a parameter; empty where it is not there.
    pub fn parameter(&self, name: &str) -> &str {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| &**value).unwrap_or_default()
    }

    /// The values of a parameter that may be repeated.
    pub fn parameters<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.query.iter().filter(move |(key, _)| key == name).map(|(_, value)| &**value)
    }

    /// True where enums are wanted as numbers, as Google's generated clients want them.
    pub fn wants_numbers(&self) -> bool {
        ["$alt", "alt"].iter().any(|name| self.parameter(name).contains("enum-encoding=int"))
    }

    /// The region that the host is for, as in `europe-west1-run.googleapis.com`.
    pub fn region(&self) -> Option<&str> {
        let mut parts = self.host.split('-');
        let (area, place) = (parts.next()?, parts.next()?);
        let letters = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase());
        let numbered = place.trim_end_matches(|char: char| char.is_ascii_digit());
        let is_region = letters(area) && letters(numbered) && numbered.len() < place.len() && parts.next().is_some();
        is_region.then(|| &self.host[..area.len() + 1 + place.len()])
    }

    /// The page that is wanted: its size, where one is named, and its token.
    ///
    /// # Errors
    /// 400 where the size is no number.
    pub fn page(&self, cap: usize) -> Result<(usize, &str), Reply> {
        let value = |names: &[&str]| names.iter().map(|name| self.parameter(name)).find(|text| !text.is_empty());
        let size = match value(&SIZES).map(str::parse::<usize>) {
            None | Some(Ok(0)) => cap,
            Some(Ok(size)) => size.min(cap),
            Some(Err(_)) if self.method == Method::POST => cap,
            Some(Err(_)) => return Err(Reply::invalid("Invalid value at 'page_size'.")),
        };
        let of_body = |name: &str| self.body.get(name);
        let size = match of_body("pageSize").and_then(Value::as_u64) {
            Some(asked) if asked > 0 => size.min(usize::try_from(asked).unwrap_or(cap)),
            _ => size,
        };
        let token = value(&TOKENS).or_else(|| of_body("pageToken").and_then(Value::as_str));
        Ok((size.max(1), token.unwrap_or_default()))
    }

    /// Asks for the first page again, whatever page was asked for.
    pub fn rewind(&mut self) {
        self.query.retain(|(name, _)| !TOKENS.contains(&&**name));
        if let Value::Object(body) = &mut self.body {
            body.remove("pageToken");
        }
    }

    /// An opaque token of a page that begins at an offset. It means nothing in another list.
    pub fn token(&self, offset: usize) -> String {
        format!("{:016x}{offset:x}", self.seal(offset))
    }

    /// The offset of a token, where it is one of this list.
    pub fn offset(&self, token: &str) -> Option<usize> {
        let offset = usize::from_str_radix(token.get(16..)?, 16).ok()?;
        (self.token(offset) == token).then_some(offset)
    }

    /// What binds a token to a list.
    fn seal(&self, offset: usize) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.path.hash(&mut hasher);
        let paging = |name: &str| SIZES.contains(&name) || TOKENS.contains(&name);
        self.query.iter().filter(|(name, _)| !paging(name)).for_each(|pair| pair.hash(&mut hasher));
        if let Value::Object(body) = &self.body {
            let paging = |name: &str| name == "pageSize" || name == "pageToken";
            let bound = body.iter().filter(|(name, _)| !paging(name));
            bound.for_each(|(name, value)| (name, value.to_string()).hash(&mut hasher));
        }
        offset.hash(&mut hasher);
        hasher.finish()
    }
}

/// A segment of a path without its `%XX`; `None` where it is not escaped well.
fn unescaped(segment: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = segment.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        if first == b'%' {
            let (digits, after) = after.split_at_checked(2)?;
            bytes.push(u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?);
            rest = after;
        } else {
            bytes.push(first);
            rest = after;
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(target: &str, host: &'static str) -> Request {
        let headers = HeaderMap::from_iter([(header::HOST, axum::http::HeaderValue::from_static(host))]);
        Request::read(&Method::GET, &target.parse().unwrap(), &headers, b"").unwrap()
    }

    #[test]
    fn the_region_comes_from_the_host() {
        for (target, host, region) in [
            ("/a", "europe-west1-127.0.0.1:80", Some("europe-west1")),
            ("http://us-central1-127.0.0.1:80/a", "127.0.0.1", Some("us-central1")),
            ("/a", "northamerica-northeast2-run.googleapis.com", Some("northamerica-northeast2")),
            ("/a", "run.googleapis.com", None),
            ("/a", "my-host-name.test", None),
            ("/a", "127.0.0.1:80", None),
            ("/a", "", None),
        ] {
            assert_eq!(request(target, host).region(), region, "{target} {host}");
        }
    }

    #[test]
    fn a_token_is_bound_to_all_but_the_page() {
        let token = |target: &str| request(target, "x").token(3);
        assert_eq!(token("/a?filter=x&pageSize=1"), token("/a?filter=x&pageToken=t&pageSize=9"));
        assert_ne!(token("/a?filter=x"), token("/a?filter=y"));
        assert_ne!(token("/a"), token("/b"));
    }
}
