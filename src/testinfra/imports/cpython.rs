//! Compares the verdicts with a real CPython on a tree of many import forms.

use std::collections::BTreeMap;
use std::io::Write;
use std::process::{Command, Stdio};

use crate::config::TestsConfig;
use crate::model::Excerpts;
use crate::model::tests::{Certainty, ImportVerdict};
use crate::testinfra::index;
use crate::testinfra::testing::write_tree;

const TREE: &str = include_str!("cpython_tree.txt");

/// Reads lines `module\tNAME` and `statement\tFILE\tPACKAGE\tTEXT` and says for each, in a process of its own, `ok` or
/// the class of the exception.
const DRIVER: &str = r#"
import base64, os, sys
sys.path.insert(0, os.getcwd())
sys.dont_write_bytecode = True
for line in sys.stdin.read().splitlines():
    kind, name, package, text = line.split("\t")
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            if kind == "module":
                __import__(name)
            else:
                scope = {"__name__": name, "__package__": package}
                exec(base64.b64decode(text).decode(), scope)
            result = "ok"
        except BaseException as error:
            result = type(error).__name__ + ": " + str(error).replace("\n", " ")
        os.write(writer, result.encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        print(pipe.read().decode(), flush=True)
    os.waitpid(child, 0)
"#;

/// What CPython says to each question; `None` where there is no CPython.
fn ask(folder: &std::path::Path, questions: &[String]) -> Option<Vec<String>> {
    let mut child = Command::new("python3")
        .args(["-I", "-c", DRIVER])
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    child.stdin.take()?.write_all(questions.join("\n").as_bytes()).ok()?;
    let output = child.wait_with_output().ok()?;
    Some(String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect())
}

fn version() -> Option<String> {
    let program = "import sys; print('%d.%d' % sys.version_info[:2])";
    let output = Command::new("python3").args(["-I", "-c", program]).output().ok()?;
    Some(String::from_utf8(output.stdout).ok()?.trim().to_owned())
}

#[test]
fn verdicts_are_those_of_cpython() {
    let Some(version) = version() else {
        crate::testing::skip("python3 is not on PATH");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    write_tree(folder.path(), TREE);
    let modules: Vec<String> = TREE
        .lines()
        .filter_map(|line| line.strip_prefix("=== ")?.strip_suffix(".py"))
        .map(|path| path.trim_end_matches("/__init__").replace('/', "."))
        .collect();
    assert!(modules.len() >= 40, "{}", modules.len());
    let config =
        TestsConfig { critical_imports: modules.clone(), python_version: Some(version), ..TestsConfig::default() };
    let found = index(folder.path(), &config, &Excerpts::default()).index;

    let mut questions: Vec<String> = modules.iter().map(|module| format!("module\t{module}\t\t")).collect();
    let definite: Vec<_> = found.broken.iter().filter(|import| import.certainty == Certainty::Definite).collect();
    for import in &definite {
        let span = import.origin.source().unwrap();
        let text = std::fs::read_to_string(folder.path().join(span.file.as_str())).unwrap();
        let statement = statement_at(&text, span.start.line as usize);
        let package = span.file.parent().replace('/', ".");
        questions.push(format!("statement\t{}\t{package}\t{}", span.file, base64(statement.as_bytes())));
    }
    let answers = ask(folder.path(), &questions).expect("python3 answers");
    assert_eq!(answers.len(), questions.len());
    let (of_modules, of_statements) = answers.split_at(modules.len());

    let mut wrong = Vec::new();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (critical, answer) in found.critical.iter().zip(of_modules) {
        let agrees = match critical.verdict {
            ImportVerdict::Ok => answer == "ok",
            ImportVerdict::Broken => answer != "ok",
            ImportVerdict::NotChecked => critical.module.contains("unsure"),
        };
        let word = match critical.verdict {
            ImportVerdict::Ok => "ok",
            ImportVerdict::Broken => "broken",
            ImportVerdict::NotChecked => "not checked",
        };
        *counts.entry(word).or_default() += 1;
        if !agrees {
            wrong.push(format!("{}: {word}, but CPython says {answer}; {:?}", critical.module, critical.whys));
        }
    }
    for (import, answer) in definite.iter().zip(of_statements) {
        if answer == "ok" {
            wrong.push(format!("{import:?} is imported by CPython"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(counts["ok"] >= 15 && counts["broken"] >= 15 && definite.len() >= 12, "{counts:?} {}", definite.len());
}

/// The import statement around a line, dedented: from the last line that begins one to its closing bracket.
fn statement_at(text: &str, line: usize) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let begins = |line: &str| line.trim_start().starts_with("from ") || line.trim_start().starts_with("import ");
    let start = (0..line).rev().find(|&at| begins(lines[at])).unwrap();
    let end = (start..lines.len()).find(|&at| !lines[start].contains('(') || lines[at].contains(')')).unwrap();
    lines[start..=end].iter().map(|line| line.trim_start()).collect::<Vec<_>>().join("\n")
}

fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let bits = chunk.iter().fold(0u32, |bits, &byte| bits << 8 | u32::from(byte)) << (8 * (3 - chunk.len()));
        for at in 0..4 {
            let index = (bits >> (18 - 6 * at)) as usize & 63;
            text.push(if at <= chunk.len() { ALPHABET[index] as char } else { '=' });
        }
    }
    text
}
