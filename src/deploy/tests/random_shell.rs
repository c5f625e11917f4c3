//! Scripts put together at random from what deploy scripts are made of: bash runs just what is said of them.
//!
//! `GCP_DRIFT_RANDOM_SCRIPTS=2000` takes more than the few that the tests take, and `GCP_DRIFT_RANDOM_SEED=7` others. A
//! script that is not as it is said is printed with the lines without which it would be.

use std::collections::BTreeMap;

use super::runs::{Programs, Run, compare, under_assumptions};
use super::*;
use crate::model::DeployCommand;

/// How many scripts the tests take.
const SCRIPTS: usize = 60;
/// How deep blocks stand in one another.
const MAX_DEPTH: usize = 3;

/// What stands for `@name@`, one of several. What has blocks comes last, so that it can be left out.
const FORMS: &[(&str, &[&str])] = &[
    ("options", &["", "set -e", "set -eo pipefail", "set -f", "IFS=$'\\n\\t'"]),
    ("text", &["a", "b", "r1", "r2", "us-east1", "svc-a", "c1", "x"]),
    ("given", &["A", "B", "R", "S"]),
    ("own", &["X", "Y", "F", "N"]),
    (
        "value",
        &[
            "@text@",
            "$@given@",
            "$@own@",
            "${@own@}",
            "${@given@:-@text@}",
            "${@own@:+@text@}",
            "${@given@-@text@}",
            "${@own@%-*}",
            "${@own@#*-}",
            "${@own@/a/b}",
            "${@own@^^}",
            "${@own@:0:2}",
            "${#@own@}",
            "$1",
            "${2:-a}",
            "$#",
            "$(echo @text@)",
            "$(printf %s @text@)",
            "$(echo \"@text@ (\" 'b)' # it's\n)",
            "$(cat <<'E'\n@text@ )' $(\nE\n)",
            "`echo @text@`",
            "$(case @word@ in a|r*) echo @text@;; (x) echo b;; *) echo z; esac)",
            "$((1 + (2)))",
            "${@given@:-'@text@'}",
            "${@own@:-'@text@ b'}",
            "${@own@:+\"@text@\"}",
            "${@own@:+'@text@'}",
            "${@own@:-@text@\\}\\a}",
            "${@own@:-a\"b $@own@\"@text@}",
            "${@own@:='@text@'}",
            "${@given@:-${@own@:-'@text@'}}",
            "${@own@:-$(echo \"${@own@:-'@text@'}\")}",
            "${@own@//'a'/\"b\"}",
            "${@own@%\"-\"*}",
            "${@own@#${@own@%%-*}}",
        ],
    ),
    (
        "word",
        &["@text@", "'@text@'", "\"@value@\"", "\"z@value@-@text@\"", "@value@", "@text@@value@", "\"@value@@value@\""],
    ),
    (
        "flag",
        &[
            "--region @word@",
            "--region=@word@",
            "--vpc-connector @word@",
            "--vpc-connector=@word@",
            "--vpc-egress all-traffic",
            "--quiet",
            "--memory @word@",
            "\"${ARGS[@]}\"",
            "$OPT",
            "\"$@\"",
        ],
    ),
    ("flags", &["", "@flag@", "@flag@ @flag@", "@flag@ @flag@ @flag@"]),
    ("deploy", &["gcloud run deploy @word@ @flags@", "gcloud run deploy @text@ @flags@"]),
    (
        "test",
        &[
            "[ -n \"$@given@\" ]",
            "[ -z \"${@own@:-}\" ]",
            "[ \"$@given@\" = @text@ ]",
            "[[ $@own@ == svc-* ]]",
            "[[ \"$@own@\" != @text@ ]]",
            "[ \"$@given@\" != x ] && [ -n \"$@own@\" ]",
            "[[ -n $@given@ || $@own@ == x ]]",
            "true",
            "false",
            "! [ -n \"$@given@\" ]",
            "[ $# -gt 1 ]",
            "[[ $@given@ =~ ^r[0-9] ]]",
        ],
    ),
    ("assignment", &["@own@=@word@", "@own@+=@word@", "@given@=@word@", "export @own@=@word@"]),
    // What a function does, which does not call another.
    (
        "inner",
        &[
            "@deploy@",
            "@assignment@",
            "@test@ && @deploy@",
            "@test@ || return 1",
            "if @test@; then @deploy@; fi",
            "gcloud run deploy \"$1\" --region r1",
        ],
    ),
    (
        "statement",
        &[
            "@deploy@",
            "@deploy@",
            "@deploy@",
            "@assignment@",
            "@assignment@",
            "@assignment@",
            "ARGS+=(@flags@)",
            "ARGS=(@flags@)",
            "OPT=\"--region r2 --quiet\"",
            "OPT=\"$OPT --quiet\"",
            "set -- @word@ @word@",
            "shift || true",
            "CMD=\"gcloud run deploy a --region @value@\"",
            "CMD=\"$CMD --quiet\"",
            "$CMD",
            "eval \"$CMD\"",
            "@test@ && @deploy@",
            "@test@ || @deploy@",
            "@test@ && @assignment@",
            "@deploy@ || @deploy@",
            "call @word@ @word@",
            "call \"$@\"",
            "call b && call c",
            "(exit 1)",
            "set +e",
            "set -e",
            ": \"${@own@:=@text@}\"",
            "@own@=$(@test@ && echo @text@)",
            "trap '@deploy@' EXIT",
            "trap - EXIT",
            "@deploy@ | cat",
            "command @deploy@",
            "read -r @own@ <<< @word@",
            "rc=$?; [ $rc -eq 0 ] || @deploy@",
            "bash -c \"$CMD\"",
            "env @given@=z @deploy@",
            "sh <<E\n@deploy@\n@deploy@\nE",
            "bash <<'E'\n@deploy@\nE",
            "X=$(cat <<E\n@value@\nE\n)",
            "echo @text@ | xargs -n1 gcloud run deploy --region r1",
            "@own@=@text@ @deploy@",
            "unset @own@",
            "[ $# -eq 0 ] && exit 0",
            "return 0 2>/dev/null || true",
            "local_value=$(@value@ 2>/dev/null || true)",
            "if @test@; then\n@block@\nfi",
            "if @test@; then\n@block@\nelse\n@block@\nfi",
            "if @test@; then\n@block@\nelif @test@; then\n@block@\nfi",
            "if ! @deploy@; then\n@block@\nfi",
            "for X in a \"$R\" @text@; do\n@block@\ndone",
            "for N in {a,b}-@text@; do\n@block@\ndone",
            "for F in \"$@\"; do\n@block@\ndone",
            "while read -r X N; do\n@block@\ndone <<< $'a r1\\nb r2'",
            "case $@given@ in\na|r*)\n@block@\n;;\nx)\n@block@\n;;\nesac",
            "case $@own@ in\n\"\") ;;\na*)\n@block@\n;&\n*)\n@block@\n;;\nesac",
            "(\n@block@\n) || true",
            "(\n@block@\n)",
            "{\n@block@\n}",
            "{\n@block@\n} | cat",
            "Y=$(\n@block@\necho @value@)",
            "Y=$(case $@given@ in\na|b)\n@block@\n;;\n*) echo @value@\nesac)",
            "call() {\nlocal X=$1\n@inner@\n@inner@\n}",
            "call() {\n@inner@\n[ -n \"$1\" ] || return 1\n@inner@\n}",
            "n=0; while [ $n -lt 2 ]; do\n@block@\nn=$((n+1)); done",
        ],
    ),
    ("block", &["@statement@", "@statement@\n@statement@"]),
    (
        "script",
        &[
            "@options@\nCMD=\"gcloud run deploy b\"\n@call@\n@statement@\n@statement@\n@statement@\n@statement@",
            "@options@\nCMD=\"gcloud run deploy b\"\n@call@\n@statement@\n@statement@\n@statement@\n@statement@\n@statement@\n@statement@",
        ],
    ),
    (
        "call",
        &[
            "call() { gcloud run deploy \"$@\"; }",
            "call() { gcloud run deploy \"$1\" --region \"${2:-r1}\"; }",
            "call() { local N=$1; shift; gcloud run deploy $N \"$@\"; }",
            "call() { [ -n \"$1\" ] && gcloud run deploy \"$1\"; }",
        ],
    ),
    ("environment", &["", "a", "x", "r1", "svc-a", "a b", "b --region r7", "x\" y", "c'd"]),
];

/// Numbers that only look random: the same for the same seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 16).unwrap_or_default() % limit.max(1)
    }

    /// A text of the form `name`.
    fn text(&mut self, name: &str, depth: usize) -> String {
        let (_, all) = FORMS.iter().find(|(form, _)| *form == name).expect("a form");
        let flat = all.iter().take_while(|form| depth > 0 || !form.contains("@block@")).count();
        let mut rest = all[self.below(flat)];
        let mut text = String::new();
        while let Some((before, behind)) = rest.split_once('@') {
            text.push_str(before);
            let end = behind.find(|next: char| !next.is_ascii_lowercase()).unwrap_or(behind.len());
            match behind.get(end..).and_then(|behind| behind.strip_prefix('@')) {
                Some(behind_form) if end > 0 => {
                    let form = &behind[..end];
                    text.push_str(&self.text(form, depth - usize::from(form == "block")));
                    rest = behind_form;
                }
                _ => {
                    text.push('@');
                    rest = behind;
                }
            }
        }
        text.push_str(rest);
        text
    }

    fn run(&mut self) -> Run {
        let mut environment = BTreeMap::new();
        for name in ["A", "B", "R", "S"] {
            if self.below(6) > 0 {
                environment.insert(name.to_owned(), self.text("environment", 0));
            }
        }
        let mut words = vec!["bash".to_owned(), "deploy.sh".to_owned()];
        for _ in 0..self.below(3) {
            words.push(self.text("environment", 0));
        }
        Run { words, environment, fails: false }
    }
}

/// What came of a script and its runs.
#[derive(Default)]
struct Held {
    /// What is said of it, and is not so.
    wrong: Vec<String>,
    /// How many certain entries were held against a run that succeeded, and how many deploys ran.
    certain: usize,
    deploys: usize,
}

/// Holds what is said of a script against runs; `None` where bash does not take it.
fn hold(programs: &Programs, script: &str, runs: &[Run]) -> Option<Held> {
    let folder = repository("deploy.sh", script);
    let parses = std::process::Command::new("bash").arg("-n").arg(folder.path().join("deploy.sh")).output();
    if !parses.expect("bash starts").status.success() {
        return None;
    }
    let read = read(folder.path(), &["deploy.sh"]);
    let mut held = Held::default();
    for run in runs {
        let ran = programs.run(folder.path(), run);
        // A value that is not known may be one that gcloud refuses.
        if !ran.refused.is_empty() {
            continue;
        }
        let (entries, all) = under_assumptions(read.commands.clone(), run);
        // Whether an assumption holds is seen where it names what decides it.
        let named = |text: &str| text.contains("the environment variable ") || text.contains("the argument $");
        let seen = |entry: &&DeployCommand| entry.assumes.iter().all(|guard| named(&guard.text));
        let all = all && entries.iter().all(|entry| seen(&entry));
        let entries: Vec<&DeployCommand> = entries.iter().filter(seen).collect();
        // What gcloud refuses is said, and is no entry.
        let complete = all && read.incomplete.is_empty() && read.refused.is_empty();
        compare(&format!("{:?} {:?}", run.words, run.environment), &entries, complete, &ran, &mut held.wrong);
        held.certain += entries.iter().filter(|entry| ran.succeeded && entry.presence().is_certain()).count();
        held.deploys += ran.deploys.len();
    }
    Some(held)
}

/// The script without the lines that do not matter for what is wrong with it.
fn shortest(programs: &Programs, script: &str, runs: &[Run]) -> String {
    let mut lines: Vec<&str> = script.lines().collect();
    let mut size = lines.len() / 2;
    while size > 0 {
        let mut at = 0;
        while at < lines.len() {
            let shorter = [&lines[..at], lines.get(at + size..).unwrap_or_default()].concat();
            match hold(programs, &(shorter.join("\n") + "\n"), runs) {
                Some(held) if !held.wrong.is_empty() => lines = shorter,
                _ => at += 1,
            }
        }
        size /= 2;
    }
    lines.join("\n")
}

#[test]
fn scripts_put_together_at_random_run_what_is_said_of_them() {
    let programs = Programs::new();
    if !programs.has("bash") {
        crate::testing::skip("bash is not on PATH");
        return;
    }
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let count = number("GCP_DRIFT_RANDOM_SCRIPTS").and_then(|count| usize::try_from(count).ok()).unwrap_or(SCRIPTS);
    let seed = number("GCP_DRIFT_RANDOM_SEED").unwrap_or(1);
    let (mut failed, mut taken, mut certain, mut deploys) = (Vec::new(), 0, 0, 0);
    for at in 0..u64::try_from(count).expect("a number") {
        let mut dice = Dice((seed << 32 | at).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        let script = dice.text("script", MAX_DEPTH);
        let runs: Vec<Run> = (0..4).map(|_| dice.run()).collect();
        let Some(held) = hold(&programs, &script, &runs) else { continue };
        taken += 1;
        certain += held.certain;
        deploys += held.deploys;
        if let Some(first) = held.wrong.first() {
            failed.push(format!("{at}: {first}\n{}", shortest(&programs, &script, &runs)));
        }
    }
    let wrong = failed.len();
    let counts = format!(
        "{taken} scripts put together at random, {certain} certain entries, {deploys} deploys, {wrong} not as it is said\n"
    );
    std::io::Write::write_all(&mut std::io::stderr(), counts.as_bytes()).expect("stderr takes it");
    assert!(taken * 10 > count * 8, "bash takes only {taken}");
    assert!(certain > count && deploys > 2 * count, "only {certain} certain entries and {deploys} deploys");
    assert!(failed.is_empty(), "{}", failed.join("\n\n"));
}
