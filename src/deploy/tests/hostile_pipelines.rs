//! Pipelines and manifests that nobody should be able to make the program hang or fail with.

use super::{read, repository};

/// The files that are read as pipelines, and what stands before a script in each.
const PIPELINES: [(&str, &str); 5] = [
    (".github/workflows/a.yml", "jobs:\n  a:\n    steps:\n      - run: "),
    (".gitlab-ci.yml", "a:\n  script: "),
    (
        "cloudbuild.yaml",
        "steps:\n  - name: gcr.io/cloud-builders/gcloud\n    entrypoint: bash\n    args:\n      - -c\n      - ",
    ),
    (".circleci/config.yml", "jobs:\n  build:\n    steps:\n      - run: "),
    ("azure-pipelines.yml", "steps:\n  - script: "),
];

fn ends(path: &str, text: &str, what: &str) {
    let folder = repository(path, text);
    let started = std::time::Instant::now();
    read(folder.path(), &[path]);
    assert!(started.elapsed().as_secs() < 20, "{path}: {what} takes {:?}", started.elapsed());
}

#[test]
fn hostile_texts_end() {
    let aliases: String =
        (1..12).map(|at| format!("a{at}: &a{at} [{}]\n", vec![format!("*a{}", at - 1); 10].join(", "))).collect();
    for (path, before) in PIPELINES {
        for (what, text) in [
            ("a bomb of aliases", format!("a0: &a0 [x, x]\n{aliases}{before}gcloud run deploy a\n")),
            ("nested lists", format!("{before}{}\n", "[".repeat(50_000))),
            ("open expressions", format!("{before}gcloud run deploy {}\n", "${{ ".repeat(50_000))),
            ("open brackets", format!("{before}gcloud run deploy {}\n", "<< $[[ $( ".repeat(20_000))),
            ("nested expressions", format!("{before}gcloud run deploy ${{{{ {}1 }}}}\n", "!(".repeat(4_000))),
            ("variables", format!("{before}gcloud run deploy {}\n", "$A${B}$$".repeat(30_000))),
            ("no text", "\u{1}\u{2}".to_owned()),
        ] {
            ends(path, &text, what);
        }
    }
}

#[test]
fn variables_that_grow_end() {
    let doubled = |line: &dyn Fn(usize, usize) -> String| (1..60).map(|at| line(at, at - 1)).collect::<String>();
    let deploy = "gcloud run deploy a --region r";
    let itself = "$A =~".repeat(30);
    for (path, text) in [
        (
            "Makefile",
            doubled(&|at, before| format!("A{at} = $(A{before})$(A{before})\n"))
                + &format!("deploy:\n\t{deploy} $(A59)\n"),
        ),
        (
            ".gitlab-ci.yml",
            format!("variables:\n{}", doubled(&|at, before| format!("  A{at}: $A{before}$A{before}\n")))
                + &format!("a:\n  script: {deploy} $A59\n"),
        ),
        (
            ".gitlab-ci.yml",
            format!("variables:\n  A: '{itself}'\na:\n  rules: [{{if: '{itself}'}}]\n  script: '{deploy} {itself}'\n"),
        ),
        (
            ".github/workflows/a.yml",
            format!(
                "on: push\nenv:\n{}",
                doubled(&|at, before| format!("  A{at}: ${{{{ env.A{before} }}}}$A{before}\n"))
            ) + &format!("jobs:\n  a:\n    runs-on: x\n    steps:\n      - run: {deploy} $A59 ${{{{ env.A59 }}}}\n"),
        ),
        (
            "cloudbuild.yaml",
            format!("substitutions:\n{}", doubled(&|at, before| format!("  _A{at}: ${{_A{before}}}$_A{before}\n")))
                + &format!("steps:\n  - name: gcloud\n    entrypoint: bash\n    args: [-c, {deploy} $_A59]\n"),
        ),
        (
            "azure-pipelines.yml",
            format!("variables:\n{}", doubled(&|at, before| format!("  A{at}: $(A{before})$(A{before})\n")))
                + &format!("steps:\n  - script: {deploy} $(A59)\n"),
        ),
    ] {
        ends(path, &text, "variables that grow");
    }
}

#[test]
fn what_is_too_large_or_too_deep_says_so() {
    for (path, before) in PIPELINES {
        let folder = repository(path, &format!("{before}gcloud run deploy a {}\n", "x".repeat(10 << 20)));
        let started = std::time::Instant::now();
        let large = read(folder.path(), &[]);
        assert!(started.elapsed().as_secs() < 20, "{path}");
        assert!(large.incomplete.iter().any(|why| why.text.contains("larger than")), "{path}: {:?}", large.incomplete);
        let deep = repository(path, &format!("{before}{}gcloud run deploy\n", "[".repeat(1_000)));
        let deep = read(deep.path(), &[path]);
        assert_eq!(deep.incomplete.len(), 1, "{path}: {:?}", deep.incomplete);
    }
}

#[test]
fn files_that_lead_to_themselves_end_with_a_reason() {
    for (path, text) in [
        (".github/workflows/a.yml", "on: push\njobs:\n  a:\n    uses: ./.github/workflows/a.yml\n"),
        (".gitlab-ci.yml", "include: .gitlab-ci.yml\na:\n  script: gcloud run deploy a\n"),
        (".gitlab-ci.yml", "a:\n  trigger:\n    include: .gitlab-ci.yml\n"),
        (".gitlab-ci.yml", "a:\n  script:\n    - !reference [a, script]\n    - gcloud run deploy a $X\n  extends: a\n"),
        ("azure-pipelines.yml", "steps:\n  - template: azure-pipelines.yml\n"),
    ] {
        let folder = repository(path, text);
        let read = read(folder.path(), &[path]);
        assert!(!read.incomplete.is_empty(), "{path}: nothing says why of {text}");
    }
}
