//! What may be sent to Google: reads, and nothing else, by construction.
//!
//! A [`Read`] is a GET, or one of the few POSTs of [`ReadPost`], which read although they are no GET. Nothing else can be
//! built, and the transport takes nothing else.

use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, RequestBuilder, Url};
use serde_json::Value;

/// A POST that reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadPost {
    /// The IAM policy of a project: `POST /v3/projects/P:getIamPolicy` (Cloud Resource Manager).
    GetIamPolicy,
    /// Which of the named permissions the caller has on a project: `POST /v3/projects/P:testIamPermissions` (Cloud
    /// Resource Manager).
    TestIamPermissions,
    /// Entries of Cloud Audit Logs: `POST /v2/entries:list` (Cloud Logging).
    ListLogEntries,
}

impl ReadPost {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::GetIamPolicy, Self::TestIamPermissions, Self::ListLogEntries];

    /// What the path must end with, from the last `/` on.
    fn ends(self, last: &str) -> bool {
        let project = |verb: &str| last.strip_suffix(verb).is_some_and(is_project);
        match self {
            Self::GetIamPolicy => project(":getIamPolicy"),
            Self::TestIamPermissions => project(":testIamPermissions"),
            Self::ListLogEntries => last == "entries:list",
        }
    }

    /// The path must have this folder before its last segment.
    fn folder(self) -> &'static [&'static str] {
        match self {
            Self::GetIamPolicy | Self::TestIamPermissions => &["v3", "projects"],
            Self::ListLogEntries => &["v2"],
        }
    }
}

/// A project id, with the domain that old ones have before a colon.
fn is_project(text: &str) -> bool {
    let (domain, id) = text.split_once(':').unwrap_or(("", text));
    let word = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.'));
    // A verb is written in camel case, a project id never is.
    !id.is_empty() && word(domain) && word(id) && !text.bytes().any(|byte| byte.is_ascii_uppercase())
}

/// One request that only reads.
#[derive(Clone, Debug)]
pub struct Read {
    url: Url,
    body: Option<String>,
}

impl Read {
    /// A GET.
    pub fn get(url: Url) -> Self {
        Self { url, body: None }
    }

    /// One of the POSTs that read.
    ///
    /// # Errors
    /// A URL that is not the one of this POST.
    pub fn post(post: ReadPost, url: Url, body: &Value) -> Result<Self, String> {
        let segments: Vec<&str> = url.path_segments().into_iter().flatten().collect();
        let fits =
            segments.split_last().is_some_and(|(last, folder)| post.ends(last) && folder.ends_with(post.folder()));
        if !fits || url.query().is_some() {
            return Err(format!("`{}` is no read of the kind {post:?}", url.path()));
        }
        Ok(Self { url, body: Some(body.to_string()) })
    }

    /// Where it is sent to.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// The request. Nowhere else is a method chosen.
    pub(super) fn request(&self, client: &Client) -> RequestBuilder {
        match &self.body {
            None => client.get(self.url.clone()),
            Some(body) => client.post(self.url.clone()).header(CONTENT_TYPE, "application/json").body(body.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::json;

    use super::*;

    const GOOD: [(ReadPost, &str); 4] = [
        (ReadPost::GetIamPolicy, "v3/projects/shop-staging:getIamPolicy"),
        (ReadPost::TestIamPermissions, "v3/projects/shop-staging:testIamPermissions"),
        (ReadPost::TestIamPermissions, "v3/projects/example.com:shop:testIamPermissions"),
        (ReadPost::ListLogEntries, "v2/entries:list"),
    ];

    fn url(path: &str) -> Url {
        Url::parse(&format!("https://cloudresourcemanager.googleapis.com/{path}")).unwrap()
    }

    #[test]
    fn a_post_is_built_for_its_own_url_only() {
        let mut others: Vec<&str> = GOOD.map(|(_, path)| path).to_vec();
        others.extend([
            "v3/projects/shop-staging:setIamPolicy",
            "v3/projects/shop-staging:setIamPolicy:getIamPolicy",
            "v3/projects/shop-staging:setIamPolicy?x=:getIamPolicy",
            "v3/projects/shop-staging:setIamPolicy#:getIamPolicy",
            "v3/projects/shop-staging:setIamPolicy%2F:getIamPolicy",
            "v3/projects/shop-staging:getIamPolicy?alt=json",
            "v3/projects/:testIamPermissions",
            "v3/projects/shop-staging:undelete",
            "v3/folders/7:getIamPolicy",
            "v3/projects/a/b:getIamPolicy",
            "v2/projects/p/locations/r/services:testIamPermissions",
            "v2/entries:write",
            "v2/entries:list/x",
            "v1/entries:list",
            "",
        ]);
        for post in ReadPost::ALL {
            for path in &others {
                let good = GOOD.contains(&(post, path));
                assert_eq!(Read::post(post, url(path), &json!({})).is_ok(), good, "{post:?} {path}");
            }
        }
    }

    #[test]
    fn what_is_sent_has_the_method_of_its_kind() {
        super::super::auth::install_tls_provider();
        let client = Client::builder().tls_certs_only([]).build().unwrap();
        let get = Read::get(url("v3/projects/p:setIamPolicy")).request(&client).build().unwrap();
        assert_eq!((get.method().as_str(), get.body().is_none()), ("GET", true));
        for (post, path) in GOOD {
            let sent = Read::post(post, url(path), &json!({"a": 1})).unwrap().request(&client).build().unwrap();
            assert_eq!(sent.method(), "POST");
            assert_eq!(sent.body().and_then(reqwest::Body::as_bytes), Some(&br#"{"a":1}"#[..]));
        }
    }

    /// Every source file with its text, tests left out.
    fn sources(folder: &Path, found: &mut Vec<(String, String)>) {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let path = entry.path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            if path.is_dir() {
                sources(&path, found);
            } else if name.ends_with(".rs") && name != "tests.rs" {
                let text = std::fs::read_to_string(&path).unwrap();
                let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap().to_owned();
                found.push((path.to_str().unwrap().replace('\\', "/"), code));
            }
        }
    }

    #[test]
    fn nothing_else_in_the_program_chooses_a_method_or_holds_a_client() {
        let mut found = Vec::new();
        sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
        assert!(found.len() > 100, "{}", found.len());
        let places = |words: &[&str]| {
            let of = |(path, code): &(String, String)| {
                let uses = words.iter().any(|word| code.contains(word));
                uses.then(|| path.rsplit_once("src/").unwrap().1.to_owned())
            };
            found.iter().filter_map(of).collect::<Vec<_>>()
        };
        let mut clients =
            places(&["reqwest::Client", "reqwest::{Client", "Client::builder", "Client::new", "blocking::"]);
        clients.sort();
        assert_eq!(clients, ["live/google/read.rs", "live/google/transport.rs"]);
        let methods =
            ["client.get(", "client.post(", "client.put(", "client.patch(", "client.delete(", "client.request("];
        assert_eq!(places(&methods), ["live/google/read.rs"]);
        // The method of a request that is built could be changed afterwards, or it be sent by a client of Google's SDK.
        let others = [
            "reqwest::Method",
            "method_mut(",
            "reqwest::Request",
            "client.execute(",
            "_v2::client",
            "_v1::client",
            "client::Services",
        ];
        assert_eq!(places(&others), Vec::<String>::new());
    }
}
