//! Runs scripts in a sandbox with a fake gcloud, and holds what they did against what is said of them.
//!
//! A case's `runs.json` lists its runs: `{"run": [program, argument…], "env": {…}, "fails": false}`. The program runs in
//! a copy of the case's folder, with nothing on PATH but the fake gcloud, the usual small tools, and stand-ins for the
//! large ones; without network tools, with its home in the sandbox, and for a limited time.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::{context, short};
use crate::deploy::gcloud::{self, Defaults, Reading};
use crate::deploy::repository::Repository;
use crate::deploy::words::{Item, Word};
use crate::model::{Change, DeployCommand, Excerpts, Fact, RepoPath, SourceFile};

/// Writes its arguments to the log in one write, so that calls at the same time do not mix; what gcloud's variable sets
/// comes first, as a record of its own.
const GCLOUD: &str = "#!/bin/sh\nunit=$(printf '\\037')\nend=$(printf '\\036')\nrecord=\n\
                      [ -z \"$CLOUDSDK_RUN_REGION\" ] || record=\"CLOUDSDK_RUN_REGION$unit$CLOUDSDK_RUN_REGION$unit$end\"\n\
                      for word in \"$@\"; do record=\"$record$word$unit\"; done\n\
                      printf '%s\\036' \"$record\" >> \"$GCLOUD_LOG\"\n";
/// Tools of the machine that a script may use.
const TOOLS: [&str; 45] = [
    "[", "awk", "basename", "bash", "cat", "chmod", "cp", "cut", "date", "dirname", "echo", "env", "expr", "false",
    "find", "grep", "head", "id", "ln", "ls", "make", "mkdir", "mktemp", "mv", "nice", "nohup", "printf", "pwd",
    "python3", "readlink", "realpath", "rm", "sed", "seq", "sh", "sort", "tail", "tee", "test", "timeout", "touch",
    "tr", "true", "wc", "xargs",
];
/// Tools that are not run: they succeed and print nothing.
const STAND_INS: [&str; 10] = ["curl", "docker", "git", "jq", "kubectl", "npm", "sleep", "sudo", "terraform", "wget"];
/// The longest that a run may take.
const MAX_TIME: Duration = Duration::from_secs(60);

/// A folder of programs that is all that a script finds on PATH.
pub struct Programs {
    folder: tempfile::TempDir,
}

impl Programs {
    /// Links the tools and writes the fakes.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let paths: Vec<PathBuf> = std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()).collect();
        for tool in TOOLS {
            if let Some(found) = paths.iter().map(|path| path.join(tool)).find(|path| path.is_file()) {
                std::os::unix::fs::symlink(found, folder.path().join(tool)).expect("a link");
            }
        }
        let write = |name: &str, text: &str| {
            use std::os::unix::fs::PermissionsExt as _;
            let path = folder.path().join(name);
            std::fs::write(&path, text).expect("a file");
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("permissions");
        };
        write("gcloud", GCLOUD);
        for name in STAND_INS {
            write(name, "#!/bin/sh\nexit 0\n");
        }
        // It runs the command behind its own options.
        write("sudo", "#!/bin/sh\nwhile [ \"${1#-}\" != \"$1\" ]; do shift; done\nexec \"$@\"\n");
        Self { folder }
    }

    /// True where the tool is there.
    pub fn has(&self, tool: &str) -> bool {
        self.folder.path().join(tool).exists()
    }

    /// Runs `run` in a copy of `case`.
    pub fn run(&self, case: &Path, run: &Run) -> Ran {
        let work = tempfile::tempdir().expect("a folder");
        let (copy, home, log) = (work.path().join("repo"), work.path().join("home"), work.path().join("log"));
        std::fs::create_dir(&home).expect("a folder");
        copy_folder(case, &copy);
        let (program, arguments) = run.words.split_first().expect("a program");
        let mut child = Command::new(self.folder.path().join(program))
            .args(arguments)
            .current_dir(&copy)
            .env_clear()
            .env("PATH", self.folder.path())
            .env("HOME", &home)
            .env("GCLOUD_LOG", &log)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .envs(&run.environment)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        let started = Instant::now();
        let status = loop {
            match child.try_wait().expect("the program is watched") {
                Some(status) => break status,
                None if started.elapsed() > MAX_TIME => {
                    child.kill().expect("the program can be ended");
                    panic!("{}: {:?} does not end", case.display(), run.words);
                }
                None => std::thread::sleep(Duration::from_millis(5)),
            }
        };
        let (deploys, refused) = recorded(&log, &copy);
        Ran { succeeded: status.success(), deploys, refused }
    }
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("the folder is there") {
        let entry = entry.expect("a folder entry");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("a copy");
        }
    }
}

/// One run of a case.
pub struct Run {
    /// Program and arguments.
    pub words: Vec<String>,
    /// The variables that are set beside PATH and HOME.
    pub environment: BTreeMap<String, String>,
    /// The script ends with a failure, so what follows it is not held against it.
    pub fails: bool,
}

/// The runs of a case; empty where it lists none.
pub fn runs(case: &Path) -> Vec<Run> {
    let Ok(text) = std::fs::read_to_string(case.join("runs.json")) else { return Vec::new() };
    let runs: Vec<Value> = serde_json::from_str(&text).expect("a list of runs");
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let read = runs.iter().map(|run| Run {
        words: run["run"].as_array().expect("words").iter().map(text).collect(),
        environment: run["env"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, value)| (name.clone(), text(value)))
            .collect(),
        fails: run["fails"].as_bool().unwrap_or(false),
    });
    read.collect()
}

/// What a run did.
pub struct Ran {
    /// It ended with the code 0.
    pub succeeded: bool,
    /// What the fake gcloud was run with, as deploys.
    pub deploys: Vec<DeployCommand>,
    /// The actions of those that the real gcloud refuses.
    pub refused: BTreeSet<String>,
}

/// What the fake gcloud was run with, as deploys, and the actions of those that the real one refuses.
fn recorded(log: &Path, repo: &Path) -> (Vec<DeployCommand>, BTreeSet<String>) {
    let (context, excerpts) = (context(), Excerpts::default());
    let repository = Repository::new(repo, &context, &excerpts);
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let origin = SourceFile::new(RepoPath::new("log"), "x", &Excerpts::default()).origin(0..1);
    let (mut deploys, mut refused) = (Vec::new(), BTreeSet::new());
    // What `gcloud config set` leaves to later commands, and what the environment sets for the next one.
    let (mut configured, mut region) = (Defaults::default(), None);
    for record in text.split('\u{1e}').filter(|record| !record.is_empty()) {
        if let Some(value) = record.strip_prefix("CLOUDSDK_RUN_REGION\u{1f}") {
            region = Some(Word::known(value.trim_end_matches('\u{1f}'), origin.clone()));
            continue;
        }
        let words = std::iter::once("gcloud").chain(record.split_terminator('\u{1f}'));
        let items: Vec<Item> = words.map(|word| Item::Word(Word::known(word, origin.clone()))).collect();
        configured.observe(&items, &origin, &[]);
        let mut defaults = configured.clone();
        if let Some(region) = region.take() {
            defaults.variable("CLOUDSDK_RUN_REGION", region);
        }
        match gcloud::read_with(&items, &origin, &repository, &defaults) {
            Reading::Deploy(deploy) => deploys.push(*deploy),
            Reading::Several(several) => deploys.extend(several),
            Reading::Refused(command) => drop(refused.insert(command.action)),
            _ => {}
        }
    }
    (deploys, refused)
}

/// Whether what an entry assumes of texts that are not quoted, or put between quotes, holds in a run; `None` where an empty one decides it.
fn assumed(entry: &DeployCommand, run: &Run) -> Option<bool> {
    let mut all = Some(true);
    for guard in &entry.assumes {
        let after = |start: &str| guard.text.split_once(start).and_then(|(_, rest)| rest.split_whitespace().next());
        let argument = after("the argument $").and_then(|number| number.parse::<usize>().ok());
        let value = match (after("the environment variable "), argument) {
            (Some(name), _) => run.environment.get(name).map_or("", String::as_str),
            (_, Some(number)) => run.words.get(number + 1).map_or("", String::as_str),
            _ => "word",
        };
        let quoted = guard.text.starts_with("a text put between quotes");
        let breaks: &[char] = if quoted { &['\'', '"', '$', '`', '\\'] } else { &[' ', '*', '\'', '"', '$', ';'] };
        if value.contains(breaks) {
            return Some(false);
        }
        if value.is_empty() && guard.text.starts_with("an unquoted argument") {
            return Some(false);
        }
        if value.is_empty() && !quoted {
            all = None;
        }
    }
    all
}

/// The entries without those whose assumptions do not hold in a run, and whether they are still all.
pub fn under_assumptions(entries: Vec<DeployCommand>, run: &Run) -> (Vec<DeployCommand>, bool) {
    let mut all = true;
    let mut kept = Vec::new();
    for mut entry in entries {
        match assumed(&entry, run) {
            Some(true) => {}
            Some(false) => {
                all = false;
                continue;
            }
            None => entry.guards.extend(entry.assumes.clone()),
        }
        kept.push(entry);
    }
    (kept, all)
}

/// True where everything that is known of `ours` is what really ran.
pub fn agrees(ours: &DeployCommand, ran: &DeployCommand) -> bool {
    fn fact<T>(ours: &Fact<T>, ran: &Fact<T>, same: impl Fn(&T, &T) -> bool) -> bool {
        match (ours, ran) {
            (Fact::Unknown(_), _) => true,
            (Fact::Known(a, _), Fact::Known(b, _)) => same(a, b),
            (Fact::Absent(_), Fact::Absent(_)) => true,
            _ => false,
        }
    }
    fn change<T>(ours: &Change<T>, ran: &Change<T>, same: impl Fn(&T, &T) -> bool) -> bool {
        match (ours, ran) {
            (Change::Set(Fact::Unknown(_)), _) => true,
            (Change::Set(Fact::Known(a, _)), Change::Set(Fact::Known(b, _))) => same(a, b),
            (Change::Clear(_), Change::Clear(_)) | (Change::Leave, Change::Leave) => true,
            _ => false,
        }
    }
    ours.action == ran.action
        && ours.kind == ran.kind
        && fact(&ours.name, &ran.name, String::eq)
        && fact(&ours.project, &ran.project, String::eq)
        && fact(&ours.region, &ran.region, String::eq)
        && change(&ours.connector, &ran.connector, |a, b| a.text == b.text)
        && change(&ours.egress, &ran.egress, |a, b| a.text == b.text)
        && change(&ours.interfaces, &ran.interfaces, |a, b| {
            a.len() == b.len()
                && a.iter().zip(b).all(|(a, b)| {
                    fact(&a.network, &b.network, PartialEq::eq)
                        && fact(&a.subnetwork, &b.subnetwork, PartialEq::eq)
                        && fact(&a.tags, &b.tags, PartialEq::eq)
                })
        })
}

/// Holds one run against the entries of its script. `complete` says that there is no reason for other deploys.
///
/// What is certain must have run with the known values, if the script succeeded; what ran must have been found.
pub fn compare(place: &str, entries: &[&DeployCommand], complete: bool, ran: &Ran, failed: &mut Vec<String>) {
    for ours in entries.iter().filter(|ours| ran.succeeded && ours.presence().is_certain()) {
        // A value that is not known may be one that gcloud refuses.
        let open = ours.name.is_unknown()
            || ours.region.is_unknown()
            || ours.project.is_unknown()
            || ours.connector.set().is_some_and(Fact::is_unknown)
            || ours.egress.set().is_some_and(Fact::is_unknown)
            || ours.interfaces.set().is_some_and(Fact::is_unknown)
            || !ours.assumes.is_empty();
        let may_be_refused = open && ran.refused.contains(&ours.action);
        if !may_be_refused && !ran.deploys.iter().any(|ran| agrees(ours, ran)) {
            let shown = (short(&[(*ours).clone()]), short(&ran.deploys));
            failed.push(format!("{place}: this did not run: {:?}, but these did: {:?}", shown.0, shown.1));
        }
    }
    for deploy in &ran.deploys {
        if complete && !entries.iter().any(|ours| agrees(ours, deploy)) {
            failed.push(format!("{place}: nothing says that this runs: {:?}", short(std::slice::from_ref(deploy))));
        }
    }
}
