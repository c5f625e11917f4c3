//! Small scripts: what is said of them as one line a command, and that bash runs just that.

use std::collections::BTreeMap;

use super::runs::{Programs, Run, compare, under_assumptions};
use super::small::{guards, set, text};
use super::*;

/// Scripts in which `d NAME …` is `gcloud run deploy NAME …`, and what is said of them: name, region, connector, guards.
const SCRIPTS: &[(&str, &[&str])] = &[
    ("d api --region r1", &["api r1 leave []"]),
    ("R=r1; d api --region $R", &["api r1 leave []"]),
    ("R=\"r1\"\nd api --region \"$R\" \\\n  --vpc-connector 'c d'", &["api r1 c d []"]),
    ("d api --region \"$R\"", &["api ? leave []"]),
    ("d api --region ${R:-r1}", &["api ? leave []"]),
    ("R=; d api --region ${R:-r1}", &["api r1 leave []"]),
    ("R=; d api --region \"${R-r1}x\"", &["api x leave []"]),
    ("unset R; d api --region \"${R-r1}\"", &["api r1 leave []"]),
    ("unset R; : ${R:=r1}; d api --region $R", &["api r1 leave []"]),
    ("R=r2; d api --region ${R:+r1}", &["api r1 leave []"]),
    ("F=a/b/c.txt; d svc --region ${F#*/} --vpc-connector ${F##*/}${F%/*}", &["svc b/c.txt c.txta/b []"]),
    ("F=a/b/c.txt; d ${F%%/*} --region ${F%.txt}", &["a a/b/c leave []"]),
    ("X=a-b-c; d ${X/-/x} --region ${X//-/_} --vpc-connector ${X/#a/z}${X/%c/y}", &["axb-c a_b_c z-b-ca-b-y []"]),
    ("X=aBc; d ${X,,} --region ${X^^} --vpc-connector ${X^}${X,}", &["abc ABC ABcaBc []"]),
    ("X=abcdef; d ${X:1:2} --region ${X: -2} --vpc-connector ${#X}", &["bc ef 6 []"]),
    ("A=(api --region r1); d \"${A[@]}\"", &["api r1 leave []"]),
    ("A=(api); A+=(--region \"r 1\"); d \"${A[@]}\"", &["api r 1 leave []"]),
    ("A=(api web); d ${A[1]} --region ${#A[@]} --vpc-connector \"${A[*]}\"", &["web 2 api web []"]),
    (
        "declare -A M=([api]=r1 [web]=r2); for s in api web; do d $s --region ${M[$s]}; done",
        &["api r1 leave []", "web r2 leave []"],
    ),
    ("declare -A M; M[k]=r1; d api --region \"${M[k]}\"", &["api r1 leave []"]),
    ("for s in a b; do d $s; done", &["a ~ leave []", "b ~ leave []"]),
    ("for s in {a,b}{1,2}; do d $s; done", &["a1 ~ leave []", "a2 ~ leave []", "b1 ~ leave []", "b2 ~ leave []"]),
    ("for i in {1..3}; do d s$i; done", &["s1 ~ leave []", "s2 ~ leave []", "s3 ~ leave []"]),
    ("S='a b'; for s in $S; do d $s; done", &["a ~ leave []", "b ~ leave []"]),
    ("for ((i=0;i<2;i++)); do d s$i; done", &["s0 ~ leave []", "s1 ~ leave []"]),
    ("i=0; while [ $i -lt 2 ]; do d s$i; i=$((i+1)); done", &["s0 ~ leave []", "s1 ~ leave []"]),
    ("while read -r n r; do d $n --region $r; done <<'E'\na r1\nb r2\nE", &["a r1 leave []", "b r2 leave []"]),
    (
        "while IFS=: read -r n r; do d $n --region $r; done < <(printf '%s\\n' a:r1 b:r2)",
        &["a r1 leave []", "b r2 leave []"],
    ),
    ("printf 'a\\nb\\n' | while read n; do d $n; done", &["a ~ leave []", "b ~ leave []"]),
    ("X=$(echo api); d \"$X\" --region $(printf '%s-%s' us 1)", &["api us-1 leave []"]),
    ("d $(basename /x/api.yaml .yaml) --region $(dirname a/b)", &["api a leave []"]),
    ("d `echo api`", &["api ~ leave []"]),
    ("f() { d $1 --region ${2:-r1}; }; f api; f web r2", &["api r1 leave []", "web r2 leave []"]),
    ("f() { local R=r2; d $1 --region $R; }; R=r1; f api; d web --region $R", &["api r2 leave []", "web r1 leave []"]),
    ("f() { R=r2; }; R=r1; f; d web --region $R", &["web r2 leave []"]),
    ("f() ( R=r2 ); R=r1; f; d web --region $R", &["web r1 leave []"]),
    ("f() { d never; }; d api", &["api ~ leave []"]),
    ("f() { shift; d \"$@\"; }; f x api --region r1", &["api r1 leave []"]),
    ("set -- api --region r1; d \"$@\"; d $1 --region $#", &["api r1 leave []", "api 3 leave []"]),
    ("f() { [ \"$1\" = a ] && return; d $1; }; f a; f b", &["b ~ leave []"]),
    ("f() { if [ -n \"$A\" ]; then return; fi; d $1; }; f a; d b", &["a ~ leave [not [ -n \"$A\" ]]", "b ~ leave []"]),
    ("exit 0\nd api", &[]),
    ("if false; then d a; else d b; fi", &["b ~ leave []"]),
    ("if [ -n \"$A\" ]; then d a; else d b; fi", &["a ~ leave [[ -n \"$A\" ]]", "b ~ leave [not [ -n \"$A\" ]]"]),
    ("if [[ $A == x ]]; then d a --region $A; fi", &["a x leave [[[ $A == x ]]]"]),
    ("R=r1; if [ -n \"$A\" ]; then R=r2; fi; d a --region $R", &["a ? leave []"]),
    ("F=(); if [ -n \"$A\" ]; then F+=(--vpc-connector c); fi; d a --region r \"${F[@]}\"", &["a r ? []"]),
    ("F=; if [ -n \"$A\" ]; then F='--vpc-connector c'; fi; d a --region r $F", &["a r ? []"]),
    ("[ -n \"$A\" ] && d a", &["a ~ leave [[ -n \"$A\" ]]"]),
    ("[ -n \"$A\" ] || d a", &["a ~ leave [not [ -n \"$A\" ]]"]),
    ("[ -n \"$A\" ] || exit 0\nd a", &["a ~ leave [[ -n \"$A\" ]]"]),
    ("set -e; [ -n \"$A\" ]; d a", &["a ~ leave [[ -n \"$A\" ]]"]),
    ("true && d a; false && d b; false || d c; true || d e", &["a ~ leave []", "c ~ leave []"]),
    ("docker build . && d a", &["a ~ leave []"]),
    ("d a || d b", &["a ~ leave []", "b ~ leave [not gcloud run deploy a]"]),
    ("d a || exit 1\nd b", &["a ~ leave []", "b ~ leave []"]),
    (
        "case $A in x) d a;; y|z) d b --region $A;; *) d c;; esac",
        &[
            "a ~ leave [case $A in x)]",
            "b ? leave [case $A in y|z)]",
            "c ~ leave [not case $A in x), not case $A in y|z)]",
        ],
    ),
    ("B=prod; case $B in dev) d a;; pr*) d b;; *) d c;; esac", &["b ~ leave []"]),
    ("case $A in x) R=r1;; *) exit 0;; esac; d a --region $R", &["a r1 leave [case $A in x)]"]),
    (
        "case $A in x) R=r1;; y) R=r2;; *) exit 0;; esac; d a --region $R",
        &["a ? leave [case $A in x) || case $A in y)]"],
    ),
    ("( R=r2; d a --region $R ); d b --region \"${R:-none}\"", &["a r2 leave []", "b ? leave []"]),
    ("R=r1; (R=r2); d b --region $R", &["b r1 leave []"]),
    ("{ d a; d b; } > /dev/null 2>&1", &["a ~ leave []", "b ~ leave []"]),
    (
        "cat <<E\ngcloud run deploy no\nE\necho gcloud run deploy no\n# gcloud run deploy no\nprintf 'gcloud run deploy no'\nd a",
        &["a ~ leave []"],
    ),
    ("bash <<'E'\ngcloud run deploy a\nE", &["a ~ leave []"]),
    ("R=r1\nbash <<E\ngcloud run deploy a --region $R\nE", &["a r1 leave []"]),
    ("bash -c 'gcloud run deploy a --region \"$1\"' x r1", &["a r1 leave []"]),
    ("export R=r1; bash -c 'gcloud run deploy a --region $R'", &["a r1 leave []"]),
    ("echo 'gcloud run deploy a' | bash", &["a ~ leave []"]),
    ("eval \"gcloud run deploy a --region r1\"", &["a r1 leave []"]),
    ("C='gcloud run deploy a'; $C --region r1", &["a r1 leave []"]),
    ("C=(gcloud run deploy a); \"${C[@]}\" --region r1", &["a r1 leave []"]),
    (
        "sudo -E gcloud run deploy a; timeout -k 5 300 gcloud run deploy b; env X=1 gcloud run deploy c",
        &["a ~ leave []", "b ~ leave []", "c ~ leave []"],
    ),
    (
        "time d a; nohup gcloud run deploy b; command gcloud run deploy c",
        &["a ~ leave []", "b ~ leave []", "c ~ leave []"],
    ),
    ("exec gcloud run deploy a\nd never", &["a ~ leave []"]),
    ("echo a b | xargs -n1 gcloud run deploy", &["a ~ leave []", "b ~ leave []"]),
    ("printf 'a\\nb\\n' | xargs -I{} gcloud run deploy {} --region r-{}", &["a r-a leave []", "b r-b leave []"]),
    ("trap 'gcloud run deploy z' EXIT; d a", &["a ~ leave []", "z ~ leave []"]),
    (
        "retry() { local n=0; until \"$@\"; do n=$((n+1)); [ $n -ge 3 ] && return 1; sleep 1; done; }; retry gcloud run deploy a --region r1",
        &["a r1 leave []"],
    ),
    (
        "retry() { for i in 1 2 3; do \"$@\" && return 0; sleep 1; done; return 1; }; retry gcloud run deploy a --region r1",
        &["a r1 leave []"],
    ),
    (
        "run() { echo \"+ $*\"; if [ -n \"$A\" ]; then echo dry; else \"$@\"; fi; }; run gcloud run deploy a",
        &["a ~ leave [not [ -n \"$A\" ]]"],
    ),
    ("for s in a b; do [ $s = a ] && continue; d $s; done", &["b ~ leave []"]),
    ("for s in a b; do d $s; break; done", &["a ~ leave []"]),
    (
        "for s in a b; do [ -n \"$A\" ] && continue; d $s; done; d c",
        &["a ~ leave [not [ -n \"$A\" ]]", "b ~ leave [not [ -n \"$A\" ]]", "c ~ leave []"],
    ),
    ("R=r1; for s in $A; do R=r2; done; d a --region $R", &["a ? leave []"]),
    ("while true; do d a; break; done; d b", &["a ~ leave []", "b ~ leave []"]),
    ("X=5; d a --region $((X*2+1)) --vpc-connector $((1<2 ? 7 : 8))", &["a 11 7 []"]),
    ("readonly R=r1; declare -r C=c; typeset D=x; d a --region $R --vpc-connector $C$D", &["a r1 cx []"]),
    ("N=R; R=r1; d a --region ${!N}", &["a r1 leave []"]),
    ("IFS=,; L=a,b; for s in $L; do d $s; done", &["a ~ leave []", "b ~ leave []"]),
    ("IFS=',' read -ra L <<< 'a,b'; d \"x${L[0]}\"", &["? ~ leave []"]),
    ("mapfile -t L < <(printf 'a\\nb\\n'); for s in \"${L[@]}\"; do d $s; done", &["a ~ leave []", "b ~ leave []"]),
    (
        "[[ abc == a* ]] && d a; [[ abc != a* ]] && d b; [[ abc =~ ^a.c$ ]] && d c; [[ -z '' && ! -n '' ]] && d e",
        &["a ~ leave []", "c ~ leave []", "e ~ leave []"],
    ),
    ("X='a  b'; d a --vpc-connector \"$X\" --region $'r\\t1'", &["a r\t1 a  b []"]),
    ("X=a; X+=b; d $X", &["ab ~ leave []"]),
    (
        "if ! gcloud run services describe a; then d a; else gcloud run services update a --region r2 --vpc-connector x; fi",
        &["a ~ leave [! gcloud run services describe a]", "a r2 x [not ! gcloud run services describe a]"],
    ),
    ("P=\"a b\"; d ${P// /-} --region \"${P}\"", &["a-b a b leave []"]),
    ("d a --region \"$(cat <<E\nr1\nE\n)\"", &["a r1 leave []"]),
    (
        "export CLOUDSDK_RUN_REGION=r1; d a; d b --region r2; CLOUDSDK_RUN_REGION=r3 gcloud run deploy c",
        &["a r1 leave []", "b r2 leave []", "c r3 leave []"],
    ),
    ("d \"$1\" --region \"${2:-r1}\"", &["? ? leave []"]),
    (
        "while [[ $# -gt 0 ]]; do case $1 in --region) R=$2; shift 2;; *) shift;; esac; done; d a --region \"${R:-x}\"",
        &["a ? leave []"],
    ),
];

/// Arguments and variables of a run.
type Given = (&'static [&'static str], &'static [(&'static str, &'static str)]);

fn said(text: &str) -> (tempfile::TempDir, DeployDeclarations, Vec<String>) {
    let text = format!("#!/usr/bin/env bash\n{text}\n");
    let folder = repository("deploy.sh", &text);
    let read = read(folder.path(), &["deploy.sh"]);
    let lines = read.commands.iter().map(line).collect();
    (folder, read, lines)
}

fn line(command: &crate::model::DeployCommand) -> String {
    let (name, region) = (text(&command.name), text(&command.region));
    format!("{name} {region} {} [{}]", set(&command.connector), guards(command, ", "))
}

#[test]
fn small_scripts_give_what_bash_would_run() {
    let programs = Programs::new();
    let bash = programs.has("bash");
    if !bash {
        crate::testing::skip("bash is not on PATH");
    }
    let environments: [Given; 4] = [
        (&[], &[]),
        (&["prod", "eu"], &[("A", "x"), ("R", "r9")]),
        (&["--region", "r7"], &[("A", "y"), ("R", "")]),
        (&["a"], &[("A", "q w"), ("S", "s1")]),
    ];
    let mut failed = Vec::new();
    for (script, expected) in SCRIPTS.iter().copied() {
        let script =
            format!("\n{script}").replace("\nd ", "\ngcloud run deploy ").replace("\" d ", "\" gcloud run deploy ");
        let mut text = script.trim_start().to_owned();
        for before in ["; ", "{ ", "( ", "do ", "then ", "else ", "&& ", "|| ", ") ", "time "] {
            text = text.replace(&format!("{before}d "), &format!("{before}gcloud run deploy "));
        }
        let (folder, read, lines) = said(&text);
        if lines != expected {
            failed.push(format!("{text}\n  expected {expected:?}\n  got      {lines:?}\n  {:?}", read.incomplete));
        }
        for (arguments, environment) in environments.iter().filter(|_| bash) {
            let run = Run {
                words: ["bash", "deploy.sh"].iter().chain(*arguments).map(|word| (*word).to_owned()).collect(),
                environment: environment
                    .iter()
                    .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                    .collect::<BTreeMap<_, _>>(),
                fails: false,
            };
            let ran = programs.run(folder.path(), &run);
            let (assumed, all) = under_assumptions(read.commands.clone(), &run);
            let entries: Vec<&crate::model::DeployCommand> = assumed.iter().collect();
            compare(
                &format!("{text} {arguments:?} {environment:?}"),
                &entries,
                all && read.incomplete.is_empty(),
                &ran,
                &mut failed,
            );
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n\n"));
}

/// What the parser may read twice, as scripts have it.
const ORDINARY: &str = "f() { case $1 in (a|b) ( cd x; (y) ) ;; c) (( n = (1 + 2) * (3 + 4) )) ;; esac; }\n\
                        A=(case x in y); for ((i = 0; i < 3; i++)); do [[ $X =~ ^(a|(b))$ ]] && echo <(ls) esac; done\n";

#[test]
fn hostile_shell_scripts_end_with_a_reason() {
    let nested = |open: &str, close: &str, count: usize| format!("x={}{}\n", open.repeat(count), close.repeat(count));
    for (what, script, limited) in [
        ("a long line", format!("x='{}'\n", "a ".repeat(400_000)), true),
        ("many words", format!("echo {}\n", "a$x ".repeat(200_000)), true),
        ("nested substitutions", nested("$(echo ", ")", 5_000), true),
        ("nested arithmetic", nested("$((", "))", 5_000), true),
        ("nested defaults", nested("${a:-", "}", 5_000), true),
        ("nested groups", "{ ".repeat(5_000) + "x" + &"; }".repeat(5_000) + "\n", true),
        ("nested conditions", "if x; then ".repeat(5_000) + "x" + &"; fi".repeat(5_000) + "\n", true),
        ("nested negations", format!("[[ {} x ]]\n", "! ".repeat(50_000)), true),
        ("open cases", "case $X in a)\n".repeat(40), true),
        (
            "cases that end only as words",
            "case x in a) declare b=(x) esac; [[ a && \nesac ]]; echo <(x) esac\n".repeat(40),
            true,
        ),
        ("arithmetic that may be groups", "((x++))\n(( x > 1\n".repeat(40), true),
        ("groups that may be arithmetic", "( ".repeat(60) + "a; b" + &" )".repeat(60) + "\n", true),
        (
            "open substitutions in a document",
            format!("sh <<E\n{}E\n", "N=$(a | b[[ $X =~ ^a(.)$ ]]\n".repeat(40)),
            false,
        ),
        ("open numbers in a document", format!("cat <<E | sh\n{}E\n", ";\n$[".repeat(40)), true),
        ("open patterns in a document", format!("sh <<E\n{}E\n", "${x//a/ ${x:-))\n".repeat(40)), false),
        ("open indexes", format!("eval '{}'\n", "${x[\n}".repeat(40)), false),
        ("indexes in one another", format!("echo {}0{}\n", "${x[".repeat(20), "]}".repeat(20)), false),
        ("indexes in numbers", format!("x=$(({}1{}))\n", "A[".repeat(30), "]".repeat(30)), false),
        ("an index with brackets", format!("A[{}=x\n", "${a[".repeat(20)), true),
        ("quotes and expansions", format!("x=${{y//{}/b}}\n", "\"$A[\"$(".repeat(40)), true),
        ("many patterns", format!("x=$({})\n", "case x in a) b;; c) d;; esac\n".repeat(20_000)), true),
        ("brackets before a case", "(".repeat(500_000) + "\n$(case x in a) b;; esac)\n", true),
        ("open arithmetic loops", "for ((".repeat(40) + "\n", true),
        ("open brackets in an expression", format!("[[ $X =~ {} ]]\n", "( ".repeat(40)), true),
        ("a long text in open cases", "case $X in a)\n".repeat(10) + &"echo a b c d\n".repeat(2_000), true),
        ("an ordinary script, much of it", ORDINARY.repeat(40), false),
        ("open braces", format!("echo {}\n", "{a,".repeat(60)), false),
        ("braces without a list", format!("echo a,{}x{}\n", "{".repeat(60), "}".repeat(60)), false),
        ("text with braces", format!("echo '{}' \"{}\"\n", "{a,".repeat(60), "{1..".repeat(60)), false),
        (
            "large numbers",
            format!("echo {{1..{0}}} ~+{0} ~-{0} ${{x:{0}}} $(({0})) {{a..c..{0}}}\n", "9".repeat(40)),
            false,
        ),
        ("the number of a file that is too large", "echo a 99999999999> b\n".to_owned(), true),
        ("many cases", "case $X in a) x=1 ;; esac\n".repeat(40), false),
        ("labels of another language", format!("cat <<'END'\n{}END\n", "case 1:\n".repeat(40)), false),
        ("open groups", "( { [ ".repeat(20_000), true),
        ("open quotes", "\"$(".repeat(20_000), true),
        ("a recursion", "f() { f; }\nf\n".to_owned(), true),
        ("a branching recursion", "f() { f; f; f; }\nf\n".to_owned(), true),
        ("an endless loop", "while true; do x=1$x; done\n".to_owned(), false),
        ("an endless loop that waits", "while :; do sleep 1; done\n".to_owned(), false),
        (
            "nested loops",
            "for a in {1..200}; do for b in {1..200}; do for c in {1..200}; do x=$a; done; done; done\n".to_owned(),
            true,
        ),
        (
            "a bomb of braces",
            "echo {1..1000000000} {a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}\n".to_owned(),
            false,
        ),
        ("a text of many unknown parts", "x=$x$x\n".repeat(31) + "x$x\n", false),
        ("a text that doubles", format!("x=ab\n{}", "x=$x$x\n".repeat(200)), false),
        ("a list that doubles", format!("x=(a)\n{}", "x+=(\"${x[@]}\")\n".repeat(200)), false),
        ("many conditions", (0..5_000).map(|at| format!("[ -n \"$A{at}\" ] && x{at}=1\n")).collect(), true),
        ("many guards", (0..500).map(|at| format!("[ -n \"$A{at}\" ] || exit 0\n")).collect(), false),
        ("arguments that double", "f() { f \"$@\" \"$@$@\"; }\nf a\n".to_owned(), true),
        ("it sources itself", "source ./deploy.sh\n".to_owned(), true),
        ("eval of itself", "x='eval \"$x\"'\neval \"$x\"\n".to_owned(), true),
        ("a broken text", "if then fi ((\n".to_owned(), true),
        ("control characters", "\u{0}\u{1}\u{f0000}\u{10fffd}\n".to_owned(), false),
    ] {
        let started = std::time::Instant::now();
        let (_folder, read, lines) = said(&format!("{script}\ngcloud run deploy end"));
        assert!(started.elapsed().as_secs() < 20, "{what} takes {:?}", started.elapsed());
        assert!(lines.len() <= 1, "{what}: {lines:?}");
        assert_eq!(!read.incomplete.is_empty(), limited, "{what}: {:?}", read.incomplete);
    }
}
