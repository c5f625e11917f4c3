//! Writes the files of a commit into a folder of their own, and beside them those that git ignores: local variable
//! files, downloaded modules and generated code belong to the working copy, and no change changes them.

use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::Stdio;
use std::sync::mpsc;
use std::time::Duration;

use super::tree::{self, Entry, Kind};
use super::{Limits, ask, command, complaints, not_run};

/// How long writing the tree may take.
const TIME: Duration = Duration::from_secs(300);
/// The longest line with which git starts an object, in bytes.
const MAX_HEAD: u64 = 256;
/// The longest target of a symbolic link, in bytes.
const MAX_TARGET: u64 = 4_096;
/// What listing the ignored files may take.
const LISTING: Limits = Limits { time: Duration::from_secs(60), bytes: 64 << 20 };
/// The ignored files that some reader takes.
const IGNORED: [&str; 10] = [
    "*.tf",
    "*.tf.json",
    "*.tfvars",
    "*.tfvars.json",
    "*.tfstate",
    "*.py",
    "*.pyi",
    "**/.terraform/modules/**",
    ".terraform/modules/**",
    "**/.terraform/environment",
];
/// Folders of ignored files that no reader looks into.
const NOT_LOOKED_INTO: [&str; 4] = ["node_modules", "site-packages", "__pycache__", "providers"];
/// The most bytes of ignored files.
const MAX_IGNORED: u64 = 256 << 20;

/// A path that was not written, and why.
pub type Unread = (String, &'static str);

/// Writes what a commit has below a folder of the working copy into another folder, which must be empty. Gives what was
/// left out.
///
/// # Errors
/// In words: git failed, an object is not here, or a file cannot be written.
pub fn write(folder: &Path, commit: &str, to: &Path) -> Result<Vec<Unread>, String> {
    let mut unread = Vec::new();
    let mut written = Vec::new();
    for entry in tree::entries(folder, commit)? {
        match entry.kind {
            Kind::Unread(why) => unread.push((entry.path, why)),
            Kind::File(_) | Kind::Link => written.push(entry),
        }
    }
    write_objects(folder, &written, to, &mut unread)?;
    write_ignored(folder, to, &mut unread)?;
    unread.sort();
    unread.dedup();
    Ok(unread)
}

/// Asks for all objects of one process, in order. Links are made last, so that nothing is written through one.
fn write_objects(folder: &Path, entries: &[Entry], to: &Path, unread: &mut Vec<Unread>) -> Result<(), String> {
    if entries.is_empty() {
        return Ok(());
    }
    let mut child = command(folder)
        .args(["cat-file", "--batch", "--buffer"])
        .stdin(Stdio::piped())
        .spawn()
        .map_err(|error| not_run(&error))?;
    let (Some(mut stdin), Some(stdout), Some(stderr)) = (child.stdin.take(), child.stdout.take(), child.stderr.take())
    else {
        return Err("git gave no answer".to_owned());
    };
    let said = complaints(stderr);
    let asked: Vec<String> = entries.iter().map(|entry| format!("{}\n", entry.id)).collect();
    std::thread::spawn(move || {
        // Where git has ended, its answers say so.
        let _ = asked.iter().try_for_each(|line| stdin.write_all(line.as_bytes()));
    });
    let (done, over) = mpsc::channel::<()>();
    let watch = std::thread::spawn(move || {
        let is_late = over.recv_timeout(TIME) == Err(mpsc::RecvTimeoutError::Timeout);
        // A process that is ended closes its pipe, and reading it ends too.
        let _ = child.kill();
        let _ = child.wait();
        is_late
    });
    let result = write_answers(BufReader::new(stdout), entries, to, unread);
    drop(done);
    let is_late = watch.join().unwrap_or(false);
    match result {
        Err(_) if is_late => Err(format!("reading it took longer than {} s", TIME.as_secs())),
        Err(why) => {
            let said = said.recv_timeout(Duration::from_secs(1)).unwrap_or_default();
            Err(if said.is_empty() { why } else { format!("{why} (git: {said})") })
        }
        Ok(()) => Ok(()),
    }
}

fn write_answers(
    mut answers: impl BufRead,
    entries: &[Entry],
    to: &Path,
    unread: &mut Vec<Unread>,
) -> Result<(), String> {
    let broken = |error: io::Error| format!("the answer of git cannot be read: {error}");
    let mut links = Vec::new();
    for entry in entries {
        let mut head = String::new();
        (&mut answers).take(MAX_HEAD).read_line(&mut head).map_err(broken)?;
        let mut words = head.split_ascii_whitespace();
        let size = match (words.next(), words.next(), words.next().map(str::parse::<u64>)) {
            (Some(_), Some("blob"), Some(Ok(size))) => size,
            (Some(_), Some("missing"), _) => {
                return Err(format!("{} is not in this clone, which holds only a part of the objects", entry.path));
            }
            _ => return Err("git ended early".to_owned()),
        };
        let mut content = (&mut answers).take(size);
        match entry.kind {
            Kind::File(listed) if listed == size => {
                if !write_file(&to.join(&entry.path), &mut content)? {
                    unread.push((entry.path.clone(), "another path stands in its way"));
                }
            }
            Kind::Link if size <= MAX_TARGET => {
                let mut target = Vec::new();
                content.read_to_end(&mut target).map_err(broken)?;
                links.push((entry, target));
            }
            _ => unread.push((entry.path.clone(), "its size is not the listed one")),
        }
        io::copy(&mut content, &mut io::sink()).map_err(broken)?;
        if content.limit() > 0 {
            return Err("git ended early".to_owned());
        }
        let mut end = [0];
        answers.read_exact(&mut end).map_err(broken)?;
    }
    for (entry, target) in links {
        let made = tree::inner_target(&entry.path, &target).is_some_and(|target| link(&to.join(&entry.path), target));
        if !made {
            unread.push((entry.path.clone(), "it is a link that leads out of the folder"));
        }
    }
    Ok(())
}

/// Writes a file that is not there yet; false where something else stands in its way.
fn write_file(path: &Path, content: &mut impl Read) -> Result<bool, String> {
    let shown = |error: &io::Error| format!("{} cannot be written: {error}", path.display());
    if let Some(parent) = path.parent()
        && let Err(error) = fs::create_dir_all(parent)
    {
        return if is_in_the_way(&error) { Ok(false) } else { Err(shown(&error)) };
    }
    match fs::File::create_new(path) {
        Ok(mut file) => io::copy(content, &mut file).map(|_| true).map_err(|error| shown(&error)),
        Err(error) if is_in_the_way(&error) => Ok(false),
        Err(error) => Err(shown(&error)),
    }
}

fn is_in_the_way(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::AlreadyExists | io::ErrorKind::NotADirectory | io::ErrorKind::IsADirectory)
}

#[cfg(unix)]
fn link(path: &Path, target: &str) -> bool {
    let parent = path.parent().is_some_and(|parent| fs::create_dir_all(parent).is_ok());
    parent && std::os::unix::fs::symlink(target, path).is_ok()
}

#[cfg(not(unix))]
fn link(_path: &Path, _target: &str) -> bool {
    false
}

fn write_ignored(folder: &Path, to: &Path, unread: &mut Vec<Unread>) -> Result<(), String> {
    let mut arguments = vec!["ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--"];
    arguments.extend(IGNORED);
    let answer = ask(folder, &arguments, LISTING)?;
    if answer.is_cut || answer.code != Some(0) {
        return Err(format!("git ls-files failed: {}", answer.said));
    }
    let paths = answer.text.split(|&byte| byte == 0).filter(|path| tree::is_safe(path));
    let paths = paths.filter_map(|path| std::str::from_utf8(path).ok());
    let mut bytes = 0_u64;
    for (at, path) in paths.enumerate() {
        if path.split('/').any(|part| NOT_LOOKED_INTO.contains(&part)) {
            continue;
        }
        let from = folder.join(path);
        let Ok(metadata) = fs::symlink_metadata(&from) else { continue };
        bytes = bytes.saturating_add(metadata.len());
        if !metadata.is_file() || bytes > MAX_IGNORED || at > tree::MAX_FILES {
            unread.push((path.to_owned(), "git ignores it, and it was not copied"));
            continue;
        }
        let copied = fs::File::open(&from).and_then(|file| {
            let mut content = file.take(metadata.len());
            write_file(&to.join(path), &mut content).map_err(io::Error::other)
        });
        if !copied.unwrap_or(false) {
            unread.push((path.to_owned(), "git ignores it, and it could not be copied"));
        }
    }
    Ok(())
}
