//! `diagnose` on a healthy state and on changes of it: each failure mode alone, its innocent look-alike, two at once,
//! nothing at all, and one API denied at a time.
//!
//! `base/` is the healthy state. A case is a file of edits over it, in the manner of RFC 6902: `in` names the answer
//! (collection and project), `item` the item by the end of its name, `path` the place in it.

mod cases;
mod command;
mod denied;
mod environment;

use std::collections::BTreeSet;

use super::common::list;
use cases::{base, cases, check, expected, modes, outcomes};

#[test]
fn the_healthy_base_reaches_everything() {
    let base = base();
    let mut paths = 0;
    for workload in ["api", "checkout", "reports", "direct", "export", "mailer"] {
        let diagnosis = base.run(&["diagnose", workload, "--format", "json"]).expect_code(0).json();
        assert_eq!(modes(&diagnosis, "causes"), Vec::<String>::new(), "{workload}");
        assert!(outcomes(&diagnosis).iter().all(|outcome| *outcome == "reaches"), "{workload}: {diagnosis:#}");
        assert_eq!(modes(&diagnosis, "undecided"), Vec::<String>::new(), "{workload}");
        assert!(!outcomes(&diagnosis).is_empty(), "{workload}");
        paths += outcomes(&diagnosis).len();
    }
    assert_eq!(paths, 8);
}

#[test]
#[allow(clippy::print_stdout)]
fn each_mode_alone_is_named_first() {
    let mut named = BTreeSet::new();
    for (_, case) in cases("modes") {
        named.extend(expected(&case, "causes").first().cloned());
    }
    let provable: Vec<String> =
        (1..=29).filter(|number| ![14, 22, 28, 29].contains(number)).map(|number: u8| number.to_string()).collect();
    let missing: Vec<&String> = provable.iter().filter(|number| !named.contains(*number)).collect();
    assert!(missing.is_empty(), "no case for {missing:?}");
    let count = check("modes", |case, diagnosis, code| {
        let (found, wanted) = (modes(diagnosis, "causes"), expected(case, "causes"));
        if found != wanted || code != 2 {
            return Err(format!("causes {found:?}, expected {wanted:?}; exit code {code}"));
        }
        let first = &diagnosis["causes"][0];
        let complete = [("chain", 2), ("evidence", 1), ("fix", 1)];
        match complete.iter().find(|(key, least)| list(first, key).len() < *least) {
            Some((key, _)) => Err(format!("its {key} is {}", first[key])),
            None => Ok(()),
        }
    });
    println!("diagnose: {}/{} modes named first, {count} cases", provable.len(), provable.len());
}

#[test]
#[allow(clippy::print_stdout)]
fn the_innocent_look_alike_of_a_mode_does_not_name_it() {
    let count = check("innocent", |case, diagnosis, _| {
        let (found, not) = (modes(diagnosis, "causes"), expected(case, "not"));
        match not.iter().find(|mode| found.contains(mode)) {
            Some(mode) => Err(format!("it names {mode}")),
            None => {
                let wanted = expected(case, "causes");
                if found == wanted { Ok(()) } else { Err(format!("causes {found:?}, expected {wanted:?}")) }
            }
        }
    });
    assert!(count >= 25, "{count}");
    println!("diagnose: {count} look-alikes pass");
}

#[test]
#[allow(clippy::print_stdout)]
fn of_two_causes_neither_hides_the_other() {
    let count = check("pairs", |case, diagnosis, code| {
        let (found, wanted) = (modes(diagnosis, "causes"), expected(case, "causes"));
        let set = |modes: &[String]| modes.iter().cloned().collect::<BTreeSet<String>>();
        if set(&found) != set(&wanted) || code != 2 {
            return Err(format!("causes {found:?}, expected {wanted:?}; exit code {code}"));
        }
        Ok(())
    });
    assert!(count >= 10, "{count}");
    println!("diagnose: {count} pairs of causes named");
}

#[test]
fn where_nothing_explains_it_that_is_said() {
    let count = check("nothing", |_, diagnosis, code| {
        let causes = modes(diagnosis, "causes");
        let advice = modes(diagnosis, "advice");
        match () {
            () if !causes.is_empty() => Err(format!("causes {causes:?}")),
            () if code != 0 => Err(format!("exit code {code}: {}", diagnosis["undecided"])),
            () if !advice.contains(&"29".to_owned()) => Err(format!("advice {advice:?}")),
            () => Ok(()),
        }
    });
    assert!(count >= 5, "{count}");
}

#[test]
fn what_no_field_proves_is_advice() {
    check("advice", |case, diagnosis, code| {
        let (found, wanted) = (modes(diagnosis, "advice"), expected(case, "advice"));
        match wanted.iter().find(|mode| !found.contains(mode)) {
            Some(mode) => Err(format!("advice {found:?} lacks {mode}")),
            None if code != 0 => Err(format!("exit code {code}")),
            None => Ok(()),
        }
    });
}
