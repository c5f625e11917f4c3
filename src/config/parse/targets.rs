//! `[[targets]]`: what must be reachable.

use std::ops::Range;

use toml_span::value::ValueInner;

use super::super::error::Errors;
use super::super::table::{Section, shown, type_words};
use super::super::target::{self, Draft};
use super::super::validate::{self, Wrong};
use super::{all_valid, valid};
use crate::model::Target;

pub(super) fn targets(top: Section<'_>, errors: &mut Errors) -> Vec<Target> {
    let mut targets: Vec<Target> = Vec::new();
    let mut places: Vec<Range<usize>> = Vec::new();
    for entry in top.sections("targets", errors) {
        let before = errors.len();
        let name = entry.required_string("name", errors);
        let at = name.as_ref().map_or_else(|| entry.at(), |name| name.at.clone());
        let name = valid(name, target_name, errors);
        let draft = draft(entry, errors);
        let workloads = all_valid(entry.strings("workloads", errors), any, errors).unwrap_or_default();
        if errors.len() > before {
            continue;
        }
        let Some(name) = name else { continue };
        if let Some(first) = targets.iter().position(|other| other.name == name) {
            errors
                .add(at, format!("the target `{}` stands twice", shown(&name)))
                .related(places.get(first).cloned().unwrap_or_default(), "first here");
            continue;
        }
        match draft.finish(name, workloads) {
            Ok(target) => {
                targets.push(target);
                places.push(at);
            }
            Err(wrong) => {
                errors.add(entry.at(), wrong.message).suggest(wrong.suggestion).note_if(wrong.note);
            }
        }
    }
    targets
}

fn draft(entry: Section<'_>, errors: &mut Errors) -> Draft {
    let url = entry.string("url", errors);
    let mut draft = valid(url.clone(), Draft::of_url, errors).unwrap_or_default();
    let has_url = url.is_some();
    // ClickHouse is spoken over HTTP, and its URL says so; any other kind must be that of the URL.
    if let Some(written) = entry.string("kind", errors) {
        let at = written.at.clone();
        let Some(kind) = valid(Some(written), target::kind, errors) else { return draft };
        match draft.kind {
            Some(of_url) if of_url != kind => {
                use crate::model::TargetKind::{Clickhouse, Http};
                if (of_url, kind) == (Http, Clickhouse) && draft.path.as_deref().is_none_or(|path| path == "/") {
                    draft.path = None;
                } else {
                    errors.add(at, format!("the URL says that it is {of_url}, and `kind` that it is {kind}"));
                }
            }
            _ => {}
        }
        draft.kind = Some(kind);
    }
    let twice = |name: &str, of_url: bool, errors: &mut Errors| {
        if has_url
            && of_url
            && let Some(value) = entry.raw(name)
        {
            errors.add(value.span.into(), format!("`{name}` stands in the URL already"));
        }
    };
    twice("host", draft.host.is_some(), errors);
    twice("port", draft.port.is_some(), errors);
    twice("database", draft.database.is_some(), errors);
    twice("user", draft.user.is_some(), errors);
    twice("password_env", draft.password_env.is_some(), errors);
    twice("path", draft.path.as_deref().is_some_and(|path| path != "/"), errors);
    twice("ca", draft.ca.is_some(), errors);
    let text = |name: &str, check: fn(&str) -> Result<String, Wrong>, errors: &mut Errors| {
        valid(entry.string(name, errors), check, errors)
    };
    draft.host = text("host", target::host, errors).or(draft.host);
    let port = entry.count("port", 1..=usize::from(u16::MAX), errors);
    draft.port = port.and_then(|port| u16::try_from(port).ok()).or(draft.port);
    draft.tls = valid(entry.string("tls", errors), target::tls_mode, errors).or(draft.tls);
    draft.ca = text("ca", validate::file_path, errors).or(draft.ca);
    draft.database = text("database", any, errors).or(draft.database);
    draft.user = text("user", any, errors).or(draft.user);
    draft.password_env = text("password_env", target::variable, errors).or(draft.password_env);
    draft.path = text("path", target::path, errors).or(draft.path);
    draft.statuses = statuses(entry, errors);
    draft
}

fn any(text: &str) -> Result<String, Wrong> {
    Ok(text.to_owned())
}

fn target_name(text: &str) -> Result<String, Wrong> {
    if text.contains("://") {
        return Err(Wrong::new("the name of a target is no URL").note("the URL stands in `url`"));
    }
    Ok(text.to_owned())
}

fn statuses(entry: Section<'_>, errors: &mut Errors) -> Vec<u16> {
    let Some(value) = entry.raw("statuses") else { return Vec::new() };
    let ValueInner::Array(items) = value.as_ref() else {
        let found = type_words(value.as_ref());
        errors.add(value.span.into(), format!("`targets.statuses` must be an array of whole numbers, not {found}"));
        return Vec::new();
    };
    let mut statuses = Vec::new();
    for item in items {
        match item.as_integer().and_then(|number| u16::try_from(number).ok()) {
            Some(status) if (100..=599).contains(&status) => statuses.push(status),
            _ => {
                errors.add(item.span.into(), "an HTTP status is a whole number from 100 to 599");
            }
        }
    }
    statuses
}

#[cfg(test)]
mod tests {
    use crate::config::parse;
    use crate::model::{TargetKind, TlsMode};

    #[test]
    fn a_target_is_a_url_or_its_parts() {
        let text = "[[targets]]\nname = \"db\"\nkind = \"postgres\"\nhost = \"10.1.0.3\"\nuser = \"app\"\n\
             database = \"main\"\ntls = \"verify-ca\"\nca = \"./certs/sql.pem\"\npassword_env = \"DB_PASSWORD\"\n\
             workloads = [\"backend\"]\n\
             [[targets]]\nname = \"logs\"\nkind = \"clickhouse\"\nurl = \"https://ch:8443\"\ntls = \"require\"\n\
             [[targets]]\nname = \"web\"\nurl = \"https://x\"\npath = \"/health\"\nstatuses = [200, 401]\n";
        let targets = parse("c", text, &[]).unwrap().targets;
        let [db, logs, web] = targets.as_slice() else { panic!("{targets:?}") };
        assert_eq!((db.kind, db.port, db.tls), (TargetKind::Postgres, 5432, TlsMode::VerifyCa));
        assert_eq!(db.ca.as_deref(), Some("certs/sql.pem"));
        assert_eq!((db.password_env.as_deref(), db.workloads.len()), (Some("DB_PASSWORD"), 1));
        assert_eq!((logs.kind, logs.port, logs.tls), (TargetKind::Clickhouse, 8443, TlsMode::Require));
        assert_eq!(logs.path, None);
        assert_eq!((web.kind, web.port, web.path.as_deref()), (TargetKind::Http, 443, Some("/health")));
        assert_eq!(web.statuses, [200, 401]);
    }

    #[test]
    fn what_makes_no_sense_is_refused_with_its_place() {
        for (rest, expected) in [
            ("", "c:1:1: `kind` is missing"),
            ("kind = \"postgres\"", "c:1:1: `host` is missing"),
            ("kind = \"postgre\"", "c:3:8: `postgre` is no kind of target; did you mean `postgres`?"),
            ("kind = \"tcp\"\nhost = \"h\"", "c:1:1: `port` is missing"),
            ("kind = \"tcp\"\nhost = \"h\"\nport = 0", "c:5:8: `targets.port` must be from 1 to 65535, not 0"),
            ("kind = \"tcp\"\nhost = \"h:1\"", "c:4:8: it is no host name and no IP address"),
            ("url = \"tcp://h:1\"\nport = 2", "c:4:8: `port` stands in the URL already"),
            (
                "url = \"tcp://h:1\"\nkind = \"redis\"",
                "c:4:8: the URL says that it is tcp, and `kind` that it is redis",
            ),
            ("url = \"redis://u:p@h\"", "c:3:7: a password must not stand in a URL"),
            ("url = \"redis://h\"\nca = \"/x\"", "c:4:6: `/x` is an absolute path"),
            ("url = \"http://h\"\nuser = \"u\"", "c:1:1: `user` has no meaning where HTTP is spoken"),
            ("url = \"http://h\"\npath = \"x\"", "c:4:8: the path of a URL starts with `/`"),
            ("url = \"http://h\"\nstatuses = [99]", "c:4:13: an HTTP status is a whole number from 100 to 599"),
            ("url = \"http://h\"\npassword = \"x\"", "c:4:1: unknown key `password` in `targets`"),
            ("url = \"http://h\"\n[[targets]]\nname = \"a\"\nurl = \"http://h\"", "c:5:8: the target `a` stands twice"),
        ] {
            let errors = parse("c", &format!("[[targets]]\nname = \"a\"\n{rest}"), &[]).unwrap_err();
            let first = errors.first().map(ToString::to_string).unwrap_or_default();
            assert!(first.starts_with(expected), "{first}");
        }
        let errors = parse("c", "[[targets]]\nname = \"tcp://x:1\"\nurl = \"tcp://x:1\"", &[]).unwrap_err();
        assert_eq!(errors[0].message, "the name of a target is no URL");
    }
}
