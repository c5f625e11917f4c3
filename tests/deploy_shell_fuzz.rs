//! Any text as a shell script that deploys: no panic, no hang, no overflow of the stack. Replays the corpus of the fuzz
//! target, and mutates it for some seconds: `GCP_DRIFT_FUZZ_SECONDS=600` for longer.

use std::time::Duration;

use crate::common::fuzz::{self, Driver};

/// No input may take longer; in a build without optimisation, on a busy machine.
const MAX_TIME: Duration = Duration::from_secs(30);
const MAX_BYTES: usize = 8 << 10;
const WORDS: [&str; 72] = [
    "(",
    ")",
    "{ ",
    "}\n",
    "; ",
    "\n",
    " | ",
    " && ",
    " || ",
    " &\n",
    "'",
    "\"",
    "$(",
    "`",
    "${X:-",
    "${X[@]}",
    "${X[",
    "${X//a/",
    "${#",
    "A[",
    "]",
    "}",
    "$[",
    "((",
    "@(",
    "\\",
    "# ",
    "=~ ",
    "$X",
    "$@",
    "$1",
    "$((X+1))",
    "<<E\n",
    "E\n",
    "f() { ",
    "f\n",
    "if [ -n \"$A\" ]; then\n",
    "else\n",
    "fi\n",
    "for x in $X; do\n",
    "while read x; do\n",
    "done\n",
    "case $X in a)\n",
    ";;\nesac\n",
    "local X=",
    "export X=",
    "set -e\n",
    "set -euo pipefail\n",
    "shopt -s lastpipe\n",
    "false",
    "bash -eo pipefail -c ",
    "set -- a b\n",
    "shift\n",
    "eval \"$X\"\n",
    "source ./deploy.sh\n",
    "trap 'f' EXIT\n",
    "xargs -n1 ",
    "bash -c 'f'\n",
    "X+=(\"$X\")\n",
    "declare -A X\n",
    "read -r X\n",
    "unset X\n",
    "return 1\n",
    "break 2\n",
    "exit\n",
    "*",
    "{1..9}",
    "gcloud run deploy $X --region \"$Y\"\n",
    "--vpc-connector=$X ",
    "[[ $X =~ ^a(.)$ ]]\n",
    "printf '%s\\n' $X\n",
    "IFS=,\n",
];

#[test]
fn the_corpus_and_its_mutations_do_no_harm() {
    // The reader has a thread of its own.
    let driver = Driver { corpus: "deploy_shell", least: 60, stack: 4 << 20, max_time: MAX_TIME };
    let check = |text: &String| assert_eq!(gcp_drift::deploy::shell_script(text).files, 1);
    driver.run(fuzz::text, check, |dice, corpus| fuzz::script(dice, corpus, &WORDS, MAX_BYTES));
}
