//! The truth files of expressions: functions one by one, and the language.

use super::truth::{Tally, files, folder, is_recorded, prelude, read, recheck, record, records, tally};

/// The folders of truth files.
const FOLDERS: [&str; 2] = ["functions", "language"];

#[test]
fn truth_files_say_what_the_tool_says() {
    if records() {
        FOLDERS.iter().flat_map(|kind| files(&folder(kind))).filter(|(name, _)| is_recorded(name)).for_each(
            |(_, path)| {
                record(&path);
            },
        );
    }
    let loaded = prelude();
    let mut wrong = Vec::new();
    for kind in FOLDERS {
        for (name, path) in files(&folder(kind)) {
            let Tally { wrong: found, .. } = tally(&loaded, &read(&path));
            wrong.extend(found.into_iter().map(|text| format!("{kind}/{name}: {text}")));
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}

/// The record cannot drift from what Terraform does.
#[test]
fn a_sample_of_the_truth_files_is_what_terraform_says_today() {
    // While answers are rewritten there is nothing to compare with.
    for kind in FOLDERS.into_iter().filter(|_| !records()) {
        recheck(&folder(kind), 25);
    }
}
