//! A small builder around the built binary and copies of the fixtures.

pub mod fuzz;
pub mod leaks;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

/// The folder of a fixture in the source tree.
pub fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("terraform-fixtures").join(name)
}

/// A copy of a fixture that a test may change.
pub struct Repository {
    folder: TempDir,
}

impl Repository {
    /// Copies a fixture.
    pub fn copy_of(name: &str) -> Self {
        let folder = TempDir::new().unwrap();
        copy(&fixture(name), folder.path());
        Self { folder }
    }

    /// An empty folder.
    pub fn empty() -> Self {
        Self { folder: TempDir::new().unwrap() }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn join(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.join(path)).unwrap()
    }

    pub fn write(&self, path: &str, text: &str) {
        let path = self.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Replaces a text that must be there exactly once.
    pub fn replace(&self, path: &str, from: &str, to: &str) {
        let text = self.read(path);
        assert_eq!(text.matches(from).count(), 1, "`{from}` in {path}");
        self.write(path, &text.replace(from, to));
    }

    /// Changes the live state.
    pub fn change_state(&self, change: impl FnOnce(&mut Value)) {
        let mut state: Value = serde_json::from_str(&self.read("live/state.json")).unwrap();
        change(&mut state);
        self.write("live/state.json", &serde_json::to_string_pretty(&state).unwrap());
    }

    /// Applies a patch file with git, which must be on the machine.
    pub fn apply(&self, patch: &Path, reverse: bool) {
        let mut git = Command::new("git");
        git.arg("apply").arg("--whitespace=nowarn").current_dir(self.path());
        if reverse {
            git.arg("-R");
        }
        let output = git.arg(patch).output().expect("git is needed by these tests");
        assert!(output.status.success(), "{}: {}", patch.display(), String::from_utf8_lossy(&output.stderr));
    }

    /// Runs the binary in this folder.
    pub fn run(&self, arguments: &[&str]) -> Outcome {
        run_in(self.path(), arguments)
    }
}

/// Copies what is in a folder.
pub fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            fs::create_dir_all(&target).unwrap();
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// What a run printed and how it ended.
pub struct Outcome {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

/// The binary, without what the caller exports for Terraform.
pub fn binary() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gcp-drift"));
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("TF_")) {
        command.env_remove(name);
    }
    command
}

/// Runs the binary in a folder, without colours and without the caller's settings.
pub fn run_in(folder: &Path, arguments: &[&str]) -> Outcome {
    let output = binary()
        .args(arguments)
        .current_dir(folder)
        .env_remove("FORCE_COLOR")
        .env_remove("CLICOLOR_FORCE")
        .env("COLUMNS", "100")
        .output()
        .unwrap();
    Outcome {
        code: output.status.code().expect("the program was not killed"),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

impl Outcome {
    /// The JSON on stdout.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}\n--- stdout\n{}\n--- stderr\n{}", self.stdout, self.stderr))
    }

    /// Ids of the findings, sorted.
    pub fn finding_ids(&self) -> Vec<String> {
        let report = self.json();
        let mut ids: Vec<String> =
            list(&report, "findings").iter().map(|finding| finding["id"].as_str().unwrap().to_owned()).collect();
        ids.sort();
        ids
    }

    /// Asserts the exit code, printing everything where it differs.
    #[track_caller]
    pub fn expect_code(self, code: i32) -> Self {
        assert_eq!(self.code, code, "--- stdout\n{}\n--- stderr\n{}", self.stdout, self.stderr);
        self
    }
}

/// A list of a JSON object.
#[track_caller]
pub fn list<'a>(value: &'a Value, key: &str) -> &'a Vec<Value> {
    value[key].as_array().unwrap_or_else(|| panic!("{key} is no list in {value}"))
}
