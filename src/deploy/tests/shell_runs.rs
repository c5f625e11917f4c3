//! Runs every shell and Makefile case that lists its runs, under several environments and arguments.

use super::runs::{Programs, agrees, compare, runs, under_assumptions};
use super::*;

#[test]
fn shell_cases_run_what_is_said_of_them() {
    let programs = Programs::new();
    let mut failed = Vec::new();
    let (mut certain, mut guarded, mut total) = (0, 0, 0);
    for case in cases() {
        let name = case.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        if !(name.starts_with("shell_") || name.starts_with("makefile_")) {
            continue;
        }
        let runs = runs(&case);
        if runs.len() < 3 {
            failed.push(format!("{name}: it lists {} runs", runs.len()));
        }
        let read = read(&case, &[]);
        let entries: Vec<&crate::model::DeployCommand> = read.commands.iter().collect();
        let mut seen: Vec<(usize, usize)> = vec![(0, 0); entries.len()];
        for run in &runs {
            let program = run.words.first().map(String::as_str).unwrap_or_default();
            if !programs.has(program) {
                crate::testing::skip(&format!("{program} is not on PATH"));
                continue;
            }
            let ran = programs.run(&case, run);
            total += 1;
            let place = format!("{name}: {:?} {:?}", run.words, run.environment);
            if ran.succeeded == run.fails {
                failed.push(format!("{place}: its end is not what it lists"));
            }
            let (assumed, all) = under_assumptions(read.commands.clone(), run);
            let assumed: Vec<&crate::model::DeployCommand> = assumed.iter().collect();
            compare(&place, &assumed, all && read.incomplete.is_empty(), &ran, &mut failed);
            for (entry, seen) in entries.iter().zip(&mut seen) {
                let runs = ran.deploys.iter().any(|ran| agrees(entry, ran));
                *(if runs { &mut seen.0 } else { &mut seen.1 }) += 1;
            }
        }
        for (entry, (with, without)) in entries.iter().zip(seen) {
            if entry.presence().is_certain() {
                certain += 1;
            } else {
                guarded += 1;
                if with == 0 || without == 0 {
                    let shown = short(&[(*entry).clone()]);
                    failed.push(format!("{name}: guarded, but ran {with} times and not {without} times: {shown:?}"));
                }
            }
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n\n"));
    let counts = format!("{total} runs, {certain} certain entries, {guarded} guarded ones\n");
    std::io::Write::write_all(&mut std::io::stderr(), counts.as_bytes()).expect("stderr takes it");
    let bash = programs.has("bash") && programs.has("make");
    assert!(
        !bash || total >= 60 && certain >= 40 && guarded >= 15,
        "{total} runs, {certain} certain, {guarded} guarded"
    );
}
