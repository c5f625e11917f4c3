//! Documents, merge keys, tags and limits.

use super::*;
use crate::model::{Excerpts, RepoPath};

fn read(text: &str, loading: Loading) -> Result<Vec<Node>, Broken> {
    documents(&SourceFile::new(RepoPath::new("a.yml"), text, &Excerpts::default()), loading)
}

/// A node as one line.
fn shown(node: &Node) -> String {
    match node {
        Node::Scalar(text) => text.value.clone(),
        Node::List(elements) => format!("[{}]", elements.iter().map(shown).collect::<Vec<_>>().join(", ")),
        Node::Map(entries) => {
            let entry = |(key, value): &(Text, Node)| format!("{}: {}", key.value, shown(value));
            format!("{{{}}}", entries.iter().map(entry).collect::<Vec<_>>().join(", "))
        }
        Node::Tagged(tag, inner) => format!("{tag} {}", shown(inner)),
    }
}

#[test]
fn aliases_merge_keys_and_tags_are_resolved() {
    for (text, expected) in [
        ("a: &x {b: 1}\nc: *x\n", "{a: {b: 1}, c: {b: 1}}"),
        ("a: &x {b: 1, c: 2}\nd:\n  <<: *x\n  c: 3\n", "{a: {b: 1, c: 2}, d: {c: 3, b: 1}}"),
        ("a: &x {k: 1}\nb: &y {k: 2, l: 2}\nc:\n  <<: [*x, *y]\n", "{a: {k: 1}, b: {k: 2, l: 2}, c: {k: 1, l: 2}}"),
        ("a: &x {k: 1}\nb: &y {l: 2}\nc:\n  <<: *x\n  <<: *y\n", "{a: {k: 1}, b: {l: 2}, c: {k: 1, l: 2}}"),
        ("a: !reference [b, script]\n", "{a: !reference [b, script]}"),
        ("a: !!str 1\n", "{a: 1}"),
        ("a: ~\nb: \"~\"\nc: 1.10\n", "{a: , b: ~, c: 1.10}"),
        ("'<<': {a: 1}\n", "{<<: {a: 1}}"),
        ("? [a, b]\n: 1\nc: 2\n", "{c: 2}"),
    ] {
        let documents = read(text, Loading::Strict).unwrap();
        assert_eq!(documents.iter().map(shown).collect::<Vec<_>>(), [expected], "{text}");
    }
}

#[test]
fn each_document_is_read() {
    let documents = read("a: 1\n---\n---\nb: 2\n", Loading::Strict).unwrap();
    assert_eq!(documents.iter().map(shown).collect::<Vec<_>>(), ["{a: 1}", "", "{b: 2}"]);
}

#[test]
fn what_is_broken_says_where() {
    for (text, expected) in [("a: [1\nb: 2\n", false), ("a: 1\na: 2\n", false), ("a: *x\n", false), ("a: \"x\n", false)]
    {
        let broken = read(text, Loading::Strict).unwrap_err();
        assert_eq!(broken.limit, expected, "{text}: {broken:?}");
        assert!(broken.text.starts_with("it is no valid YAML: "), "{broken:?}");
    }
    assert_eq!(read("a: 1\na: 2\n", Loading::Strict).unwrap_err().at, 5);
    let last = read("a: 1\na: 2\n", Loading::LastKeyWins).unwrap();
    assert_eq!(last.iter().map(shown).collect::<Vec<_>>(), ["{a: 2}"]);
}

#[test]
fn bombs_end_with_a_limit() {
    let mut aliases = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for at in 1..12 {
        let before = format!("*a{}", at - 1);
        aliases.push_str(&format!("a{at}: &a{at} [{}]\n", vec![before; 10].join(", ")));
    }
    let merges: String = (1..2_000).map(|at| format!("b{at}: &b{at}\n  <<: *b{}\n  k{at}: 1\n", at - 1)).collect();
    for text in [
        aliases,
        format!("b0: &b0 {{k: 1}}\n{merges}"),
        format!("a: {}\n", "[".repeat(100_000)),
        format!("{}a\n", "- ".repeat(50_000)),
        format!("a: {}", "x".repeat(10 << 20)),
    ] {
        let started = std::time::Instant::now();
        let broken = read(&text, Loading::Strict).unwrap_err();
        assert!(broken.limit, "{broken:?}");
        assert!(started.elapsed().as_secs() < 5, "{:?}", started.elapsed());
    }
}
