//! How the parts of a pipeline are put together: merged maps, `extends` and `!reference`.

use crate::deploy::yaml::Node;
use crate::model::WhyKind;

/// The longest chain of jobs that extend one another; GitLab has the same limit.
const MAX_EXTENDS: usize = 11;
/// The deepest chain of references; GitLab has the same limit.
const MAX_REFERENCES: usize = 10;
/// The most nodes that references may bring.
const MAX_NODES: usize = 200_000;

/// `over` put over `under`: maps are merged key by key, everything else is replaced.
pub(super) fn merged(under: Node, over: Node) -> Node {
    match (under, over) {
        (Node::Map(mut entries), Node::Map(over)) => {
            for (key, value) in over {
                match entries.iter_mut().find(|(known, _)| known.value == key.value) {
                    Some(known) => {
                        let before = std::mem::replace(&mut known.1, Node::Map(Vec::new()));
                        *known = (key, merged(before, value));
                    }
                    None => entries.push((key, value)),
                }
            }
            Node::Map(entries)
        }
        (_, over) => over,
    }
}

/// A job with what it extends.
///
/// # Errors
/// The chain is too long, or a job of it is not there.
pub(super) fn extended(root: &Node, job: &Node) -> Result<Node, (WhyKind, String)> {
    extended_at(root, job, 0)
}

fn extended_at(root: &Node, job: &Node, depth: usize) -> Result<Node, (WhyKind, String)> {
    let Some(extends) = job.get("extends") else { return Ok(job.clone()) };
    if depth >= MAX_EXTENDS {
        return Err((WhyKind::Limit, format!("a job extends more than {MAX_EXTENDS} others, or itself")));
    }
    let mut under = Node::Map(Vec::new());
    for name in extends.one_or_more().iter().filter_map(Node::text) {
        let Some(parent) = root.get(&name.value) else {
            return Err((WhyKind::ModuleUnavailable, format!("the job {} that is extended is not there", name.value)));
        };
        under = merged(under, extended_at(root, parent, depth + 1)?);
    }
    Ok(merged(under, job.clone()))
}

/// The pipeline with references replaced by what they refer to. One that leads nowhere stays.
pub(super) fn with_references(root: &Node) -> Node {
    let mut left = MAX_NODES;
    resolved(root, root, 0, &mut left)
}

fn resolved(root: &Node, node: &Node, depth: usize, left: &mut usize) -> Node {
    *left = left.saturating_sub(1);
    match node {
        Node::Tagged(tag, inner) if tag == "!reference" && depth < MAX_REFERENCES && *left > 0 => {
            let path: Vec<&str> = inner.elements().iter().filter_map(Node::word).collect();
            match root.at(&path).filter(|_| !path.is_empty()) {
                Some(found) => resolved(root, found, depth + 1, left),
                None => node.clone(),
            }
        }
        Node::List(elements) => Node::List(elements.iter().map(|one| resolved(root, one, depth, left)).collect()),
        Node::Map(entries) => {
            Node::Map(entries.iter().map(|(key, one)| (key.clone(), resolved(root, one, depth, left))).collect())
        }
        _ => node.clone(),
    }
}
