//! What the caller may do, and who it is: two questions that change nothing.

use reqwest::Url;
use serde_json::{Value, json};

use super::{Failure, Google, ReadPost, path};

/// Most permissions in one question.
const MOST: usize = 100;

/// Which of some permissions the caller has on a project.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Held {
    /// Those that the caller has.
    pub held: Vec<String>,
    /// Those that cannot be asked about on a project.
    pub odd: Vec<String>,
}

/// Asks which of the permissions the caller has on a project.
///
/// # Errors
/// What the answer was.
pub async fn held(google: &Google, project: &str, permissions: &[&str]) -> Result<Held, Failure> {
    let mut held = Held::default();
    let mut open: Vec<&[&str]> = permissions.chunks(MOST).collect();
    while let Some(asked) = open.pop() {
        match ask(google, project, asked).await {
            Ok(found) => held.held.extend(found),
            // One permission that cannot be held on a project spoils the answer about the others.
            Err(failure) if failure.http_status == Some(400) => match asked.split_at(asked.len() / 2) {
                ([], last) => held.odd.extend(last.iter().map(|&permission| permission.to_owned())),
                (one, other) => open.extend([one, other]),
            },
            Err(failure) => return Err(failure),
        }
    }
    held.held.retain(|permission| permissions.contains(&permission.as_str()));
    Ok(held)
}

async fn ask(google: &Google, project: &str, permissions: &[&str]) -> Result<Vec<String>, Failure> {
    let url = path(&google.resource_manager, &["v3", "projects", &format!("{project}:testIamPermissions")]);
    let body = json!({ "permissions": permissions });
    let answer = google.transport.post(ReadPost::TestIamPermissions, &url, &body).await?;
    match answer {
        Value::Object(mut answer) => match answer.remove("permissions") {
            // What is empty is left out.
            None => Ok(Vec::new()),
            Some(list) => {
                serde_json::from_value(list).map_err(|_| Failure::malformed("`permissions` is no list of texts"))
            }
        },
        _ => Err(Failure::malformed("the answer is no JSON object")),
    }
}

/// The e-mail address of whoever has the token, where the token allows to ask for it.
pub async fn email(google: &Google) -> Option<String> {
    let url = Url::parse("https://openidconnect.googleapis.com/v1/userinfo").ok()?;
    let answer = google.transport.get(&url).await.ok()?;
    let email = answer.get("email")?.as_str()?;
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"@.-_+%'".contains(&byte);
    (email.contains('@') && email.len() <= 256 && email.bytes().all(allowed)).then(|| email.to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::test_server::{Reply, Seen, Server};
    use super::super::{Google, Limits};
    use super::*;
    use crate::model::CoverageStatus;

    /// A project on which the caller has every permission that is valid there, as Google answers.
    fn answer(_: usize, seen: &Seen) -> Reply {
        let body: Value = serde_json::from_str(&seen.body).unwrap();
        let asked: Vec<String> = serde_json::from_value(body["permissions"].clone()).unwrap();
        if asked.len() > MOST || asked.iter().any(|permission| permission.starts_with("odd.")) {
            return Reply::json(
                400,
                &json!({"error": {"code": 400, "status": "INVALID_ARGUMENT", "message": "invalid"}}),
            );
        }
        let held: Vec<&String> = asked.iter().filter(|permission| !permission.ends_with(".lacking")).collect();
        Reply::json(200, &if held.is_empty() { json!({}) } else { json!({"permissions": held}) })
    }

    fn limits() -> Limits {
        Limits { rate: 1_000.0, ..Limits::default() }
    }

    #[tokio::test]
    async fn what_cannot_be_asked_about_spoils_nothing() {
        let server = Server::start(answer).await;
        let google = Google::stand_in(&server.base, limits()).unwrap();
        let many: Vec<String> = (0..230).map(|number| format!("a.b.c{number}")).collect();
        let mut asked: Vec<&str> = many.iter().map(String::as_str).collect();
        asked.extend(["odd.one", "x.lacking", "odd.two"]);
        let mut found = held(&google, "p", &asked).await.unwrap();
        found.odd.sort();
        assert_eq!((found.held.len(), found.odd), (230, vec!["odd.one".to_owned(), "odd.two".to_owned()]));
        for seen in server.seen() {
            assert_eq!((&*seen.method, &*seen.target), ("POST", "/v3/projects/p:testIamPermissions"));
        }
        assert_eq!(held(&google, "p", &["x.lacking"]).await.unwrap(), Held::default());
        assert_eq!(held(&google, "p", &[]).await.unwrap(), Held::default());
    }

    #[tokio::test]
    async fn an_answer_that_cannot_be_understood_grants_nothing() {
        for body in [json!([]), json!({"permissions": "a"}), json!({"permissions": [1]}), json!(null)] {
            let server = Server::start(move |_, _| Reply::json(200, &body)).await;
            let google = Google::stand_in(&server.base, limits()).unwrap();
            assert_eq!(held(&google, "p", &["a"]).await.unwrap_err().status, CoverageStatus::Malformed);
        }
        // What was not asked about is not taken.
        let server = Server::start(|_, _| Reply::json(200, &json!({"permissions": ["b", "a"]}))).await;
        let google = Google::stand_in(&server.base, limits()).unwrap();
        assert_eq!(held(&google, "p", &["a"]).await.unwrap().held, ["a"]);
    }
}
