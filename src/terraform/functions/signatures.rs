//! The signatures of the functions, as the Terraform binary gives them.
//!
//! `signatures.json` is what `terraform metadata functions -json` says, one function a line and without the prose.
//! `GCP_DRIFT_RECORD_TERRAFORM=1 cargo test --lib signatures` asks the binary again.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::Value as Json;

use super::super::value::Type;

/// A parameter: its type, and whether null is allowed.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Param {
    pub(crate) ty: Type,
    pub(crate) nullable: bool,
}

/// What a function takes and gives.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Signature {
    pub(crate) params: Vec<Param>,
    /// What each further argument must be; `None` where there is none.
    pub(crate) variadic: Option<Param>,
    /// `Dynamic` where it depends on the arguments.
    pub(crate) returns: Type,
}

#[derive(Deserialize)]
struct RawParam {
    #[serde(rename = "type")]
    ty: Json,
    #[serde(default, rename = "is_nullable")]
    nullable: bool,
}

#[derive(Deserialize)]
struct Raw {
    return_type: Json,
    #[serde(default)]
    parameters: Vec<RawParam>,
    variadic_parameter: Option<RawParam>,
}

const TEXT: &str = include_str!("signatures.json");

/// The signatures by name. Read once; a test holds the file to be readable.
pub(super) static SIGNATURES: LazyLock<BTreeMap<String, Signature>> = LazyLock::new(|| parse(TEXT).unwrap_or_default());

fn parse(text: &str) -> Option<BTreeMap<String, Signature>> {
    let raw: BTreeMap<String, Raw> = serde_json::from_str(text).ok()?;
    raw.into_iter().map(|(name, raw)| Some((name, signature(raw)?))).collect()
}

fn signature(raw: Raw) -> Option<Signature> {
    let param = |raw: RawParam| Some(Param { ty: read_type(&raw.ty)?, nullable: raw.nullable });
    let variadic = match raw.variadic_parameter {
        Some(raw) => Some(param(raw)?),
        None => None,
    };
    let params: Option<Vec<Param>> = raw.parameters.into_iter().map(param).collect();
    Some(Signature { params: params?, variadic, returns: read_type(&raw.return_type)? })
}

/// A type in the binary's JSON: a name, or a list of a collection's name and its element type.
fn read_type(json: &Json) -> Option<Type> {
    match json {
        Json::String(name) => match name.as_str() {
            "bool" => Some(Type::Bool),
            "number" => Some(Type::Number),
            "string" => Some(Type::String),
            "dynamic" => Some(Type::Dynamic),
            _ => None,
        },
        Json::Array(parts) => match parts.as_slice() {
            [kind, element] => {
                let element = read_type(element)?;
                match kind.as_str()? {
                    "list" => Some(Type::list(element)),
                    "set" => Some(Type::set(element)),
                    "map" => Some(Type::map(element)),
                    _ => None,
                }
            }
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;
    use std::process::{Command, Stdio};

    use super::*;

    /// The file as the binary would have it; `None` where there is no binary.
    fn asked() -> Option<String> {
        let mut command = Command::new("terraform");
        command.args(["metadata", "functions", "-json"]).env("CHECKPOINT_DISABLE", "1").stderr(Stdio::null());
        let output = command.output().ok().filter(|output| output.status.success())?;
        let mut said: Json = serde_json::from_slice(&output.stdout).unwrap();
        let functions = said["function_signatures"].as_object_mut().unwrap();
        let mut lines = Vec::new();
        for (name, signature) in functions.iter_mut().filter(|(name, _)| !name.contains("::")) {
            let signature = signature.as_object_mut().unwrap();
            signature.remove("description");
            let named = signature.get_mut("parameters").and_then(Json::as_array_mut).into_iter().flatten();
            named.for_each(|param| {
                param.as_object_mut().unwrap().remove("description");
            });
            if let Some(param) = signature.get_mut("variadic_parameter") {
                param.as_object_mut().unwrap().remove("description");
            }
            lines.push((name.clone(), Json::Object(signature.clone())));
        }
        lines.sort_by(|a, b| a.0.cmp(&b.0));
        let mut text = String::from("{\n");
        for (at, (name, signature)) in lines.iter().enumerate() {
            let comma = if at + 1 < lines.len() { "," } else { "" };
            writeln!(text, "\"{name}\":{signature}{comma}").unwrap();
        }
        Some(text + "}\n")
    }

    #[test]
    fn the_signatures_are_those_of_the_binary() {
        let Some(asked) = asked() else {
            crate::testing::skip("terraform is not on PATH");
            return;
        };
        if std::env::var_os("GCP_DRIFT_RECORD_TERRAFORM").is_some() {
            let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/terraform/functions/signatures.json");
            std::fs::write(path, &asked).unwrap();
        }
        let read = |text: &str| serde_json::from_str::<Json>(text).unwrap();
        assert_eq!(read(&asked), read(TEXT), "record the signatures again");
    }

    #[test]
    fn every_signature_can_be_read() {
        let signatures = parse(TEXT).unwrap();
        assert_eq!(signatures.len(), 118, "the number of functions of Terraform 1.11");
        let lookup = &signatures["lookup"];
        assert_eq!(
            lookup.params.iter().map(|param| param.ty.clone()).collect::<Vec<_>>(),
            [Type::Dynamic, Type::String]
        );
        assert_eq!(lookup.variadic, Some(Param { ty: Type::Dynamic, nullable: true }));
        assert_eq!(signatures["transpose"].returns, Type::map(Type::list(Type::String)));
    }
}
