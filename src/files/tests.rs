use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use super::steps::test::{Cut, cut};
use super::*;

const BELOW: &str = ".gcp-drift";

fn folder() -> (tempfile::TempDir, Folder) {
    let temporary = tempfile::tempdir().unwrap();
    let folder = Folder::new(temporary.path()).unwrap();
    (temporary, folder)
}

/// Paths with their content; folders have none.
type Tree = Vec<(String, Option<Vec<u8>>)>;

/// Every path below a folder with its content.
fn tree(root: &Path) -> Tree {
    let mut found = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
            if path.is_dir() {
                found.push((name, None));
                folders.push(path);
            } else {
                found.push((name, Some(fs::read(path).unwrap())));
            }
        }
    }
    found.sort();
    found
}

#[test]
fn a_file_is_old_or_new_at_every_step() {
    let (_temporary, folder) = folder();
    folder.write("a", b"old").unwrap();
    cut(Cut::Never);
    folder.write("a", b"new").unwrap();
    let steps = cut(Cut::Never);
    assert!(steps >= 3, "{steps}");
    folder.write("a", b"old").unwrap();
    for at in 0..steps {
        cut(Cut::Once(at));
        assert!(matches!(folder.write("a", b"new"), Err(FileError::Io { .. })), "{at}");
        cut(Cut::Never);
        assert_eq!(tree(folder.root()), [("a".to_owned(), Some(b"old".to_vec()))], "{at}");
    }
}

fn changes(folder: &Folder) -> Vec<Change> {
    vec![
        Change::to(folder, "changed", Some(b"new\n".to_vec())).unwrap(),
        Change::to(folder, "deep/er/made", Some(b"made\0\xff".to_vec())).unwrap(),
        Change::to(folder, "removed", None).unwrap(),
    ]
}

fn prepare(folder: &Folder) {
    folder.write("changed", b"old\r\n").unwrap();
    folder.write("removed", b"gone").unwrap();
}

fn act(folder: &Folder) -> Result<(), FileError> {
    let changes = changes(folder);
    Journal::open(folder, BELOW)?.run(&changes)
}

fn old_and_new() -> (Tree, Tree) {
    let (_temporary, folder) = folder();
    prepare(&folder);
    let old = tree(folder.root());
    act(&folder).unwrap();
    (old, tree(folder.root()))
}

#[test]
fn an_action_of_several_files_leaves_nothing_else() {
    let (old, new) = old_and_new();
    assert_eq!(old.len(), 2);
    let names: Vec<&str> = new.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["changed", "deep", "deep/er", "deep/er/made"]);
    let (_temporary, folder) = folder();
    prepare(&folder);
    let back: Vec<Change> = changes(&folder)
        .iter()
        .map(|change| Change { before: change.after.clone(), after: change.before.clone(), ..change.clone() })
        .collect();
    act(&folder).unwrap();
    Journal::open(&folder, BELOW).unwrap().run(&back).unwrap();
    assert_eq!(tree(folder.root()), old);
}

#[test]
fn a_step_that_fails_is_undone() {
    let (old, _) = old_and_new();
    for at in 0.. {
        let (_temporary, folder) = folder();
        prepare(&folder);
        cut(Cut::Once(at));
        let result = act(&folder);
        let steps = cut(Cut::Never);
        if steps <= at {
            assert!(result.is_ok() && at > 8, "{at} {result:?}");
            break;
        }
        match result {
            // Only the removal of the journal itself comes after the last change.
            Err(FileError::Unfinished { .. }) => drop(Journal::open(&folder, BELOW).unwrap()),
            Err(_) => assert_eq!(tree(folder.root()), old, "{at}"),
            Ok(()) => panic!("step {at} did not fail"),
        }
    }
}

#[test]
fn an_action_that_cannot_even_be_undone_is_finished_by_the_next_run() {
    let (old, new) = old_and_new();
    let mut finished = 0;
    for at in 0.. {
        let (_temporary, folder) = folder();
        prepare(&folder);
        cut(Cut::From(at));
        let result = act(&folder);
        if cut(Cut::Never) <= at {
            break;
        }
        let pending = Journal::is_pending(&folder, BELOW);
        assert_eq!(pending, matches!(result, Err(FileError::Unfinished { .. })), "{at} {result:?}");
        drop(Journal::open(&folder, BELOW).unwrap());
        folder.remove_if_empty(BELOW);
        assert_eq!(tree(folder.root()), if pending { new.clone() } else { old.clone() }, "{at}");
        finished += usize::from(pending);
    }
    assert!(finished >= 5, "{finished}");
}

const CHILD: &str = "GCP_DRIFT_TEST_KILLED_IN";
const STEP: &str = "GCP_DRIFT_TEST_KILLED_AT";

/// Does nothing by itself: the test below runs it as a process of its own.
#[test]
fn killed_child() {
    let (Ok(root), Ok(step)) = (std::env::var(CHILD), std::env::var(STEP)) else { return };
    let folder = Folder::new(Path::new(&root)).unwrap();
    cut(Cut::Kill(step.parse().unwrap()));
    act(&folder).unwrap();
}

#[test]
fn a_killed_process_leaves_old_or_what_the_next_run_finishes() {
    let (old, new) = old_and_new();
    let mut finished = 0;
    for at in 0.. {
        let (_temporary, folder) = folder();
        prepare(&folder);
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "files::tests::killed_child", "--test-threads=1"])
            .env(CHILD, folder.root())
            .env(STEP, at.to_string())
            .output()
            .unwrap();
        if child.status.success() {
            assert_eq!(tree(folder.root()), new);
            break;
        }
        let cut_off = tree(folder.root());
        for (name, old_or_new) in old.iter().chain(&new) {
            let found = cut_off.iter().find(|(path, _)| path == name);
            let one_of = old.iter().chain(&new).any(|whole| Some(whole) == found);
            assert!(found.is_none() || one_of, "step {at}: {name} is neither {old_or_new:?} nor the other");
        }
        let pending = Journal::is_pending(&folder, BELOW);
        drop(Journal::open(&folder, BELOW).unwrap());
        folder.remove_if_empty(BELOW);
        // The temporary file of the journal itself may be left over as well, and is swept away.
        assert_eq!(tree(folder.root()), if pending { new.clone() } else { old.clone() }, "step {at}");
        finished += usize::from(pending);
    }
    assert!(finished >= 5, "{finished}");
}

#[test]
fn what_changed_in_the_meantime_is_not_overwritten() {
    let (_temporary, folder) = folder();
    prepare(&folder);
    let changes = changes(&folder);
    folder.write("removed", b"something else").unwrap();
    let before = tree(folder.root());
    let error = Journal::open(&folder, BELOW).unwrap().run(&changes).unwrap_err();
    assert!(matches!(&error, FileError::Changed(path) if path == "removed"), "{error}");
    assert_eq!(tree(folder.root()), before);
}

#[test]
fn a_journal_that_is_not_understood_is_left_alone() {
    let (_temporary, folder) = folder();
    for text in ["", "{}", "{\"version\":2,\"changes\":[]}", "{\"version\":1,\"changes\":[{\"path\":\"../x\"}]}"] {
        folder.write(".gcp-drift/journal.json", text.as_bytes()).unwrap();
        assert!(matches!(Journal::open(&folder, BELOW), Err(FileError::Journal { .. })), "{text}");
    }
    let outside = "{\"version\":1,\"changes\":[{\"path\":\"../x\",\"before\":null,\"after\":\"eA==\",\"folders\":[]}]}";
    folder.write(".gcp-drift/journal.json", outside.as_bytes()).unwrap();
    assert!(matches!(Journal::open(&folder, BELOW), Err(FileError::Outside(_))));
}

#[test]
fn paths_do_not_leave_the_folder() {
    let (_temporary, folder) = folder();
    for path in ["", "/etc/x", "../x", "a/../../x", "a//b", "./a", "a\\b", "a\0b"] {
        assert!(matches!(folder.write(path, b"x"), Err(FileError::Outside(_))), "{path:?}");
        assert!(folder.read(path).is_err(), "{path:?}");
    }
}

#[cfg(unix)]
#[test]
fn links_do_not_lead_out_and_permissions_are_kept() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("x"), "secret").unwrap();
    let (_temporary, folder) = folder();
    let root = folder.root();
    folder.write("in/real", b"old").unwrap();
    symlink(outside.path(), root.join("out")).unwrap();
    symlink(outside.path().join("x"), root.join("file")).unwrap();
    symlink(outside.path().join("new"), root.join("dangling")).unwrap();
    symlink("in/real", root.join("alias")).unwrap();
    for path in ["out/x", "out/new", "file", "dangling"] {
        assert!(matches!(folder.write(path, b"x"), Err(FileError::LinkOut(_))), "{path}");
        assert!(folder.read(path).is_err(), "{path}");
    }
    assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 1);
    fs::set_permissions(root.join("in/real"), fs::Permissions::from_mode(0o750)).unwrap();
    folder.write("alias", b"new").unwrap();
    assert!(fs::symlink_metadata(root.join("alias")).unwrap().file_type().is_symlink());
    assert_eq!(fs::read(root.join("in/real")).unwrap(), b"new");
    assert_eq!(fs::metadata(root.join("in/real")).unwrap().permissions().mode() & 0o777, 0o750);
    fs::set_permissions(root.join("in/real"), fs::Permissions::from_mode(0o444)).unwrap();
    assert!(matches!(folder.write("in/real", b"x"), Err(FileError::ReadOnly(_))));
    folder.write("fresh", b"x").unwrap();
    let plain = fs::write(root.join("plain"), "x").and_then(|()| fs::metadata(root.join("plain"))).unwrap();
    assert_eq!(fs::metadata(root.join("fresh")).unwrap().permissions().mode(), plain.permissions().mode());
}

#[test]
fn a_temporary_file_that_is_left_over_is_swept_away_and_one_in_use_is_not() {
    let (_temporary, folder) = folder();
    let (left, used) = (folder.root().join(".a.1.gcp-drift-new"), folder.root().join(".a.2.gcp-drift-new"));
    fs::write(&left, "half").unwrap();
    let held = fs::File::create(&used).unwrap();
    held.lock().unwrap();
    folder.write("a", b"new").unwrap();
    assert!(!left.exists() && used.exists());
}

#[test]
fn a_lock_is_held_by_one_at_a_time() {
    let (_temporary, folder) = folder();
    let held = Lock::take(&folder, "x/lock").unwrap();
    let busy = Lock::take_within(&folder, "x/lock", Duration::from_millis(50));
    assert!(matches!(busy, Err(FileError::Busy(_))));
    drop(held);
    assert!(Lock::take_within(&folder, "x/lock", Duration::ZERO).is_ok());
}

#[test]
fn updates_at_the_same_time_do_not_lose_each_other() {
    let (_temporary, folder) = folder();
    let count = |bytes: Option<Vec<u8>>| bytes.map_or(0, |bytes| String::from_utf8(bytes).unwrap().parse().unwrap());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..25 {
                    let next = |old| Ok::<_, FileError>((count(old) + 1_u32).to_string().into_bytes());
                    update(&folder, "x/count", next).unwrap();
                }
            });
        }
    });
    assert_eq!(count(folder.read("x/count").unwrap()), 100);
    if cfg!(unix) {
        let names: Vec<String> = tree(folder.root()).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["x", "x/count"]);
    }
}

#[test]
fn hashes_are_sha_256() {
    assert_eq!(sha256(b""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}
