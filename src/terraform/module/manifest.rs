//! `.terraform/modules/modules.json`: where `terraform init` put the modules that it fetched.

use serde_json::Value as Json;

use super::files::join;
use super::{Instance, World};
use crate::terraform::syntax::Block;

/// The manifest, relative to the root module.
const MANIFEST: &str = ".terraform/modules/modules.json";
/// The registry that a source without a host means.
const REGISTRY: &str = "registry.terraform.io/";

/// Where `terraform init` put the module of a call, if its result is in the repository and still is what the call asks
/// for.
pub(super) fn installed_dir(
    world: &World,
    caller: &Instance,
    name: &str,
    block: &Block,
    source: &str,
) -> Option<String> {
    let manifest = world.read_bytes(&join(&caller.root, MANIFEST)?).ok()?;
    let manifest: Json = serde_json::from_slice(&manifest).ok()?;
    let mut names: Vec<&str> =
        caller.callers.as_slice().iter().rev().filter_map(|call| call.name.strip_prefix("module.")).collect();
    names.push(name);
    let key = names.join(".");
    let entry = manifest.get("Modules")?.as_array()?.iter().find(|entry| text(entry, "Key") == Some(&key))?;
    let version = block.body.attribute("version").and_then(|own| own.expr.literal_str());
    is_current(entry, source, version).then(|| join(&caller.root, text(entry, "Dir")?)).flatten()
}

fn text<'a>(entry: &'a Json, field: &str) -> Option<&'a str> {
    entry.get(field)?.as_str()
}

/// False where the entry surely stands for another source or version: then `terraform init` would have to run again.
fn is_current(entry: &Json, source: &str, version: Option<&str>) -> bool {
    let registry = |source: &str| {
        let source = source.strip_prefix(REGISTRY).unwrap_or(source);
        let address = source.split("//").next().unwrap_or(source);
        let plain = |part: &str| !part.is_empty() && !part.contains([':', '@', '?', ' ']);
        let is_address = address.split('/').count() == 3 && address.split('/').all(plain);
        (is_address && !address.contains(".com/")).then(|| address.to_owned())
    };
    let same_source = match (text(entry, "Source").and_then(registry), registry(source)) {
        (Some(kept), Some(asked)) => kept == asked,
        _ => true,
    };
    // Only an exact version can be compared without knowing how constraints are solved.
    let exact = version.map(|version| version.trim_start_matches(['=', ' ']));
    let exact = exact.filter(|version| version.chars().all(|own| own.is_ascii_digit() || own == '.'));
    let same_version = match (text(entry, "Version"), exact) {
        (Some(kept), Some(asked)) => kept == asked,
        _ => true,
    };
    same_source && same_version
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::is_current;

    #[test]
    fn an_entry_for_another_source_or_version_is_stale() {
        let entry = json!({"Source": "registry.terraform.io/a/b/google", "Version": "1.2.0", "Dir": "x"});
        assert!(is_current(&entry, "a/b/google", Some("1.2.0")));
        assert!(is_current(&entry, "registry.terraform.io/a/b/google//modules/x", Some("~> 1.0")));
        assert!(!is_current(&entry, "a/b/google", Some("1.3.0")));
        assert!(!is_current(&entry, "a/c/google", None));
        assert!(is_current(&json!({"Source": "git::https://example.com/x.git"}), "github.com/x/y", None));
    }
}
