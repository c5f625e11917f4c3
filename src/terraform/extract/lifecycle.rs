//! `lifecycle`, and arguments to the same end.

use super::super::module::World;
use super::super::syntax::ExprKind;
use super::ResourceInstance;
use super::facts::Reader;
use crate::model::{Fact, Lifecycle};

/// What a resource says of changes; `None` where it says nothing.
pub(super) fn lifecycle(world: &World, resource: &ResourceInstance, root: &str) -> Option<Lifecycle> {
    let mut own = Lifecycle { root: root.to_owned(), address: resource.address.clone(), ..Lifecycle::default() };
    for block in resource.block.body.blocks("lifecycle") {
        if let Some(ignored) = block.body.attribute("ignore_changes") {
            match &ignored.expr.unparenthesised().kind {
                ExprKind::Tuple(items) => own.ignored.extend(items.iter().map(|item| path(&world.text(item.span)))),
                // `all`, or a form that is not understood, may mean everything.
                _ => own.ignored.push("*".to_owned()),
            }
        }
        // Terraform takes only a literal here.
        let prevents = block.body.attribute("prevent_destroy").map(|own| world.text(own.expr.span));
        if prevents.is_some_and(|text| text.trim() == "true") {
            own.kept_by = Some("prevent_destroy".to_owned());
        }
    }
    if &*resource.resource.kind == "google_sql_database_instance" && own.kept_by.is_none() {
        // The provider's default is true.
        let protection = Reader::of(world, resource).bool("deletion_protection");
        if matches!(protection, Fact::Absent(_) | Fact::Known(true, _)) {
            own.kept_by = Some("deletion_protection".to_owned());
        }
    }
    (!own.ignored.is_empty() || own.kept_by.is_some()).then_some(own)
}

/// A path without its indices: `template[0].metadata[0].annotations["a/b"]` is `template.metadata.annotations.a/b`.
fn path(text: &str) -> String {
    let mut out = String::new();
    let text: String = text.chars().filter(|char| !char.is_whitespace()).collect();
    let mut rest = text.trim_matches('"');
    while let Some((before, after)) = rest.split_once('[') {
        out.push_str(before);
        let (key, after) = after.split_once(']').unwrap_or((after, ""));
        if let Some(key) = key.strip_prefix('"') {
            out.push('.');
            out.push_str(key.trim_end_matches('"'));
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::path;

    #[test]
    fn a_path_loses_its_indices_and_keeps_its_keys() {
        assert_eq!(path("max_instances"), "max_instances");
        assert_eq!(path("template[0].vpc_access[0].egress"), "template.vpc_access.egress");
        assert_eq!(path(r#"template[0].metadata[0].annotations["a/b"]"#), "template.metadata.annotations.a/b");
        assert_eq!(path("[["), "");
        assert_eq!(path("a[\"b"), "a.b");
    }
}
