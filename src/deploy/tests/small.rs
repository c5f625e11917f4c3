//! Small scripts, many in one file: what is said of them as one line a command, and that running them does just that.
//!
//! `tests/deploy_small/python.txt` and `shell.txt` hold them: `=== TITLE`, the script, `---`, and the lines. In a Python
//! script `run(name, flag…)` deploys, in a shell script a line that begins with `d`. `UPDATE_EXPECTED=1` writes the lines.

use std::collections::BTreeMap;

use super::python_runs::{Sandbox, guards_of, may_hold};
use super::runs::{Programs, Ran, Run, compare, under_assumptions};
use super::*;
use crate::model::{Change, DeployCommand, Fact, Guard, Spelled};

const PYTHON: &str = "import os, subprocess, sys\n\n\ndef run(name, *flags):\n    \
                      subprocess.run([\"gcloud\", \"run\", \"deploy\", name, *flags], check=True)\n\n\n";
const SHELL: &str = "#!/usr/bin/env bash\nd() { gcloud run deploy \"$@\"; }\n";

/// Variables of a run.
type Environment = &'static [(&'static str, &'static str)];

/// Arguments and variables of a run.
type Given = (&'static [&'static str], Environment);

/// Ends either quotes, and is a flag between them.
const QUOTES: &str = "x' --vpc-connector 'o\" --vpc-connector \"p";

/// Three values for every variable that the scripts read; blanks and flags among them. The last is left out for Python,
/// which is slow to start.
const ENVIRONMENTS: [Given; 4] = [
    (&[], &[]),
    (&["prod", "eu"], &[("A", "x"), ("B", "1"), ("R", "r9"), ("MEM", "1Gi"), ("S", "s1")]),
    (
        &["--region", "r7"],
        &[("A", "y"), ("B", ""), ("R", ""), ("MEM", "2Gi --vpc-connector other"), ("S", "s2"), ("Q", QUOTES)],
    ),
    (
        &["a b", "c"],
        &[("A", "x y"), ("R", "r8 --vpc-egress all-traffic --region r6"), ("MEM", ""), ("S", "a --network n")],
    ),
];

struct Small {
    title: String,
    script: String,
    expected: Vec<String>,
}

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/deploy_small").join(name)
}

fn parse(text: &str) -> Vec<Small> {
    let cases = text.split("=== ").skip(1).map(|case| {
        let (title, rest) = case.split_once('\n').expect("a title");
        let (script, expected) = rest.split_once("---\n").expect("a script and its lines");
        Small {
            title: title.to_owned(),
            script: script.to_owned(),
            expected: expected.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect(),
        }
    });
    cases.collect()
}

/// An entry in one line: name, region, connector, egress, guards.
fn line(command: &DeployCommand) -> String {
    let assumes: String = command.assumes.iter().map(|guard| format!(" if {}", guard.text)).collect();
    let (name, region) = (text(&command.name), text(&command.region));
    let (connector, egress) = (set(&command.connector), set(&command.egress));
    format!("{name} {region} {connector} {egress} [{}]{assumes}", guards(command, "; ")).replace('\n', "\\n")
}

/// A text, `~` where it is absent, `?` where it is not known.
pub(super) fn text(fact: &Fact<String>) -> &str {
    match fact {
        Fact::Known(text, _) => text,
        Fact::Absent(_) => "~",
        Fact::Unknown(_) => "?",
    }
}

/// What a change sets, as it is spelled.
pub(super) fn set<T>(change: &Change<Spelled<T>>) -> &str {
    match change {
        Change::Set(fact) => fact.known().map_or("?", |spelled| spelled.text.as_str()),
        Change::Clear(_) => "clear",
        Change::Leave => "leave",
    }
}

/// The guards of a command, as they have to come out.
pub(super) fn guards(command: &DeployCommand, between: &str) -> String {
    let one = |guard: &Guard| format!("{}{}", if guard.negated { "not " } else { "" }, guard.text);
    command.guards.iter().map(one).collect::<Vec<_>>().join(between)
}

/// What a reading says, a line each.
fn lines(read: &DeployDeclarations) -> Vec<String> {
    let entries = read.commands.iter().filter(|entry| entry.action != "vpc_access").map(line);
    entries.chain(read.incomplete.iter().map(|why| format!("incomplete: {why}"))).collect()
}

/// Holds every script of a file against its lines, and against what `run` says that it did.
#[allow(clippy::type_complexity)] // One callback of one function.
fn hold(
    name: &str,
    (script, head, program): (&str, &str, &str),
    environments: &[Given],
    run: &mut dyn FnMut(&Path, &Run, &DeployDeclarations, &mut Vec<String>) -> Ran,
) {
    let update = std::env::var_os("UPDATE_EXPECTED").is_some();
    let only = std::env::var("GCP_DRIFT_CASE").unwrap_or_default();
    let text = std::fs::read_to_string(file(name)).expect("the scripts");
    let mut cases = parse(&text);
    let (mut failed, mut updated) = (Vec::new(), String::new());
    for case in &mut cases {
        let folder = repository(script, &format!("{head}{}", case.script));
        let read = read(folder.path(), &[script]);
        let said = lines(&read);
        if update {
            case.expected = said.clone();
        }
        updated.push_str(&format!("=== {}\n{}---\n", case.title, case.script));
        updated.extend(case.expected.iter().map(|line| format!("{line}\n")));
        updated.push('\n');
        if !case.title.contains(&only) {
            continue;
        }
        if said != case.expected {
            failed.push(format!("{}: expected {:#?}, got {said:#?}", case.title, case.expected));
        }
        for (arguments, environment) in environments {
            let run_it = Run {
                words: [program, script].iter().chain(arguments.iter()).map(|word| (*word).to_owned()).collect(),
                environment: environment
                    .iter()
                    .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                    .collect::<BTreeMap<_, _>>(),
                fails: false,
            };
            let mut wrong = Vec::new();
            let ran = run(folder.path(), &run_it, &read, &mut wrong);
            if !wrong.is_empty() {
                let did: Vec<String> = ran.deploys.iter().map(line).collect();
                failed.push(format!("{}: {environment:?} {arguments:?}: said {said:#?}, did {did:#?}", case.title));
                break;
            }
        }
    }
    if update {
        std::fs::write(file(name), updated).expect("a file");
    }
    assert!(failed.is_empty(), "{}", failed.join("\n\n"));
    assert!(cases.len() >= 40, "only {} scripts", cases.len());
}

fn deploys(read: &DeployDeclarations) -> Vec<DeployCommand> {
    read.commands.iter().filter(|entry| entry.action != "vpc_access").cloned().collect()
}

#[test]
fn small_python_scripts_run_what_is_said_of_them() {
    let Some(sandbox) = Sandbox::new() else { return };
    hold("python.txt", ("deploy.py", PYTHON, "python3"), &ENVIRONMENTS[..3], &mut |folder, run, read, wrong| {
        let entries = deploys(read);
        let guards = guards_of(&entries);
        let (ran, observed): (Ran, _) = sandbox.run(folder, run, &guards, None);
        let (entries, all) = under_assumptions(entries, run);
        let holding: Vec<&DeployCommand> = entries.iter().filter(|entry| may_hold(entry, &guards, &observed)).collect();
        compare("", &holding, all && read.incomplete.is_empty(), &ran, wrong);
        ran
    });
}

#[test]
fn small_shell_scripts_run_what_is_said_of_them() {
    let programs = Programs::new();
    if !programs.has("bash") {
        crate::testing::skip("bash is not on PATH");
        return;
    }
    hold("shell.txt", ("deploy.sh", SHELL, "bash"), &ENVIRONMENTS, &mut |folder, run, read, wrong| {
        let ran = programs.run(folder, run);
        let (entries, all) = under_assumptions(deploys(read), run);
        let entries: Vec<&DeployCommand> = entries.iter().collect();
        compare("", &entries, all && read.incomplete.is_empty(), &ran, wrong);
        ran
    });
}
