//! What arguments of one resource demand of each other.

use super::super::super::evaluate::Scope;
use super::super::super::google::schema::{Demand, Resource};
use super::super::super::module::nested_blocks;
use super::super::super::syntax::Body;
use super::super::super::value::Value;
use super::super::ResourceInstance;
use super::{Place, Problems, shown};
use crate::model::{ConfigProblem, Origin, ProblemKind, Written};

/// Whether an argument or block is there.
enum Argument {
    /// It is, with this value (none for a block).
    Set(Option<Value>, Origin),
    /// It is not.
    Unset,
    /// It cannot be told.
    Unknown,
}

pub(super) fn judge(at: &Place<'_>, known: &'static Resource, resource: &ResourceInstance, problems: &mut Problems) {
    let argument = |path: &str| find(at, &resource.scope, &resource.block.body, path);
    let here = || vec![Written { value: None, origin: at.origin(resource.block.header) }];
    for together in known.together {
        let mut add = |kind, field: &str, text: String, edit: String, places| {
            problems.add(ConfigProblem {
                kind,
                address: at.address(),
                field: Some(field.to_owned()),
                text,
                refused_by: together.refused_by,
                edit,
                places,
            });
        };
        match &together.demand {
            Demand::AtMostOne(paths) | Demand::ExactlyOne(paths) => {
                let found: Vec<(&str, Argument)> = paths.iter().map(|path| (*path, argument(path))).collect();
                let set: Vec<&str> =
                    found.iter().filter(|(_, own)| matches!(own, Argument::Set(..))).map(|(path, _)| *path).collect();
                let is_open = found.iter().any(|(_, own)| matches!(own, Argument::Unknown));
                if set.len() > 1 {
                    let text = format!("{} are set together: only one of them may be", set.join(" and "));
                    let edit = format!("keep one of {}", set.join(", "));
                    let field = set.first().copied().unwrap_or_default();
                    add(ProblemKind::ArgumentsConflict, field, text, edit, written(&found));
                } else if set.is_empty()
                    && !is_open
                    && !at.has_gaps()
                    && matches!(together.demand, Demand::ExactlyOne(_))
                {
                    let text = format!("one of {} is required", paths.join(", "));
                    let edit = format!("set one of {}", paths.join(", "));
                    let field = paths.first().copied().unwrap_or_default();
                    add(ProblemKind::ArgumentMissing, field, text, edit, here());
                }
            }
            Demand::Needs(path, other) => {
                let pair = [(*path, argument(path)), (*other, argument(other))];
                if let [(_, Argument::Set(..)), (_, Argument::Unset)] = &pair
                    && !at.has_gaps()
                {
                    let text = format!("{path} is set without {other}");
                    let edit = format!("set {other}, or take {path} out");
                    add(ProblemKind::ArgumentsConflict, path, text, edit, written(&pair));
                }
            }
            Demand::Less(path, other) => {
                let pair = [(*path, argument(path)), (*other, argument(other))];
                if let (Some(least), Some(most)) = (whole(&pair[0].1), whole(&pair[1].1))
                    && least >= most
                {
                    let text = format!("{path} is {least}, and has to be smaller than {other}, which is {most}");
                    add(ProblemKind::ArgumentInvalid, path, text, format!("correct {path} or {other}"), written(&pair));
                }
            }
        }
    }
}

fn whole(argument: &Argument) -> Option<i64> {
    match argument {
        Argument::Set(Some(value), _) => value.as_int().or_else(|| value.as_str()?.parse().ok()),
        _ => None,
    }
}

fn written(found: &[(&str, Argument)]) -> Vec<Written> {
    let one = |argument: &Argument| match argument {
        Argument::Set(value, origin) => Some(Written { value: value.as_ref().and_then(shown), origin: origin.clone() }),
        _ => None,
    };
    found.iter().filter_map(|(_, argument)| one(argument)).collect()
}

/// Follows a path through the first block of each kind.
fn find(at: &Place<'_>, scope: &Scope, body: &Body, path: &str) -> Argument {
    let (name, rest) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
    if rest.is_none()
        && let Some(own) = body.attribute(name)
    {
        let value = at.world.value_of(scope, &own.expr);
        return if value.is_null() {
            Argument::Unset
        } else if value.is_unknown() {
            Argument::Unknown
        } else {
            Argument::Set(Some(value), at.origin(own.expr.span))
        };
    }
    let blocks = nested_blocks(at.world, scope, body, name);
    let Some(block) = blocks.first() else {
        // Blocks that are written as an argument are not followed.
        return if body.attribute(name).is_some() { Argument::Unknown } else { Argument::Unset };
    };
    if !block.maybe.is_empty() {
        return Argument::Unknown;
    }
    match rest {
        Some(rest) => find(at, &block.scope, &block.block.body, rest),
        None => Argument::Set(None, at.origin(block.header)),
    }
}
