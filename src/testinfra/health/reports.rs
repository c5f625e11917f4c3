//! Finds the report files that are named, and reads them into one test run.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::{Component, Path, PathBuf};

use ignore::WalkBuilder;

use super::junit::{self, Report};
use super::merge::merge;
use crate::model::health::{ReportFile, ReportsRead, RunHealth};
use crate::model::{Why, WhyKind};

/// The most report files of one run.
const MAX_FILES: usize = 10_000;
/// The most folders and files that are looked at for one pattern.
const MAX_ENTRIES: usize = 200_000;
/// The deepest folder that is entered below a pattern.
const MAX_DEPTH: usize = 30;

/// Reports that are named, by path or pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named<'a> {
    /// The folder that they are relative to.
    pub folder: &'a Path,
    /// Paths and patterns.
    pub patterns: &'a [String],
    /// Whether they must lie in the folder, also behind links.
    pub inside: bool,
}

/// Reads the named reports. The run is there where all of them are, and are whole.
pub fn read(named: &Named<'_>) -> (ReportsRead, Option<RunHealth>) {
    let mut read = ReportsRead::default();
    let mut files = Vec::new();
    let mut seen = BTreeSet::new();
    for pattern in named.patterns {
        match find(named, pattern) {
            Ok(found) => files.extend(found.into_iter().filter(|path| seen.insert(path.clone()))),
            Err(why) => read.problems.push(why),
        }
    }
    if files.len() > MAX_FILES {
        read.problems.push(Why::new(WhyKind::Limit, format!("more than {MAX_FILES} reports are named")));
        files.truncate(MAX_FILES);
    }
    let reports: Vec<(String, Report)> =
        files.into_iter().map(|path| (shown(&path), one(&named.folder.join(&path), named))).collect();
    let reports = by_time(reports);
    for (path, report) in &reports {
        if let Some(damage) = &report.damage {
            read.problems.push(Why::new(WhyKind::Malformed, format!("`{path}` is no whole report: {damage}")));
        }
        let incomplete = report.damage.clone();
        read.files.push(ReportFile { path: path.clone(), cases: report.cases.len(), incomplete });
    }
    let run = merge(reports.iter().map(|(_, report)| report));
    if read.problems.is_empty() {
        return (read, Some(run));
    }
    read.partial = (!reports.is_empty()).then_some(run);
    (read, None)
}

fn one(path: &Path, named: &Named<'_>) -> Report {
    let damaged = |text: String| Report { damage: Some(text), ..Report::default() };
    if named.inside && !is_inside(path, named.folder) {
        return damaged("a link leads out of the repository".to_owned());
    }
    // Opening a pipe would wait for its writer.
    match fs::metadata(path) {
        Ok(metadata) if !metadata.is_file() => return damaged("it is no regular file".to_owned()),
        Ok(metadata) if metadata.len() > junit::MAX_BYTES => {
            return damaged(format!("it is larger than {} MiB", junit::MAX_BYTES >> 20));
        }
        Ok(_) => {}
        Err(error) => return damaged(error.kind().to_string()),
    }
    match File::open(path) {
        Ok(file) => junit::read(file),
        Err(error) => damaged(error.kind().to_string()),
    }
}

fn is_inside(path: &Path, folder: &Path) -> bool {
    match (path.canonicalize(), folder.canonicalize()) {
        (Ok(path), Ok(folder)) => path.starts_with(folder),
        _ => false,
    }
}

/// Earlier runs first, where every report tells when it began; else in the order in which they were named.
fn by_time(reports: Vec<(String, Report)>) -> Vec<(String, Report)> {
    let time = |report: &Report| report.timestamp.as_deref().and_then(nanoseconds);
    if reports.iter().any(|(_, report)| time(report).is_none()) {
        return reports;
    }
    let mut sorted = reports;
    sorted.sort_by_cached_key(|(_, report)| time(report));
    sorted
}

/// A time with or without its offset from UTC: runners write both, but one runner always the same.
fn nanoseconds(text: &str) -> Option<i128> {
    let with_offset = text.parse::<jiff::Timestamp>().ok();
    let without = || text.parse::<jiff::civil::DateTime>().ok()?.to_zoned(jiff::tz::TimeZone::UTC).ok();
    with_offset.map(jiff::Timestamp::as_nanosecond).or_else(|| Some(without()?.timestamp().as_nanosecond()))
}

/// The files that a path or pattern names, relative to the folder, in order.
fn find(named: &Named<'_>, pattern: &str) -> Result<Vec<PathBuf>, Why> {
    let nothing = || {
        let text = format!(
            "no report is there for `{pattern}`: a run that is aborted, for example by a time-out that ends the \
             whole process, leaves none"
        );
        Err(Why::new(WhyKind::FileUnreadable, text))
    };
    let path = Path::new(pattern);
    if fs::symlink_metadata(named.folder.join(path)).is_ok() {
        return Ok(vec![path.to_owned()]);
    }
    if !pattern.contains(['*', '?', '[', '{']) {
        return nothing();
    }
    let slashed = pattern.replace('\\', "/");
    let glob = globset::GlobBuilder::new(slashed.trim_start_matches("./")).literal_separator(true).build();
    let glob =
        glob.map_err(|error| Why::new(WhyKind::Invalid, format!("`{pattern}` is no valid pattern: {}", error.kind())))?;
    let base = literal_folder(path);
    let mut found = search(&named.folder.join(&base), &base, &glob.compile_matcher())
        .map_err(|text| Why::new(WhyKind::Limit, format!("the reports of `{pattern}` were not all found: {text}")))?;
    found.sort_by(|left, right| natural(&shown(left), &shown(right)));
    if found.is_empty() { nothing() } else { Ok(found) }
}

/// The part of a pattern before its first wildcard.
fn literal_folder(pattern: &Path) -> PathBuf {
    let literal = |part: &Component<'_>| !part.as_os_str().to_string_lossy().contains(['*', '?', '[', '{']);
    pattern.components().filter(|part| *part != Component::CurDir).take_while(literal).collect()
}

fn search(folder: &Path, base: &Path, glob: &globset::GlobMatcher) -> Result<Vec<PathBuf>, String> {
    let mut found = Vec::new();
    let walk = WalkBuilder::new(folder)
        .standard_filters(false)
        .follow_links(false)
        .max_depth(Some(MAX_DEPTH))
        .sort_by_file_name(|left, right| left.cmp(right))
        .build();
    for (at, entry) in walk.enumerate() {
        if at >= MAX_ENTRIES {
            return Err(format!("there are more than {MAX_ENTRIES} files and folders"));
        }
        let entry = match entry {
            Ok(entry) => entry,
            // A folder that is not there holds nothing.
            Err(_) if at == 0 => break,
            Err(error) => return Err(error.to_string()),
        };
        let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
        let Ok(below) = entry.path().strip_prefix(folder) else { continue };
        let path = base.join(below);
        if !is_folder && glob.is_match(shown(&path)) {
            found.push(path);
        }
    }
    Ok(found)
}

/// Names in the order in which people number them: `junit-2.xml` before `junit-10.xml`.
fn natural(left: &str, right: &str) -> Ordering {
    let number = |text: &str| {
        let digits = text.len() - text.trim_start_matches(|char: char| char.is_ascii_digit()).len();
        text.get(..digits).and_then(|digits| digits.parse::<u64>().ok()).map(|number| (number, digits))
    };
    let (mut one, mut other) = (left, right);
    loop {
        if let (Some((first, skip)), Some((second, skip_other))) = (number(one), number(other)) {
            if first != second {
                return first.cmp(&second);
            }
            one = one.get(skip..).unwrap_or_default();
            other = other.get(skip_other..).unwrap_or_default();
            continue;
        }
        match (one.chars().next(), other.chars().next()) {
            (Some(first), Some(second)) if first == second => {
                one = one.get(first.len_utf8()..).unwrap_or_default();
                other = other.get(second.len_utf8()..).unwrap_or_default();
            }
            // Equal but for leading zeros: by their bytes, so that the order is total.
            (None, None) => return left.cmp(right),
            (first, second) => return first.cmp(&second),
        }
    }
}

fn shown(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbered_reports_are_in_the_order_of_their_numbers() {
        let mut names = ["r/junit-10.xml", "r/junit-2.xml", "r/junit.xml", "r/junit-02.xml", "a/z.xml"];
        names.sort_by(|left, right| natural(left, right));
        assert_eq!(names, ["a/z.xml", "r/junit-02.xml", "r/junit-2.xml", "r/junit-10.xml", "r/junit.xml"]);
    }

    #[test]
    fn times_with_and_without_offset_are_read() {
        let second = |text| nanoseconds(text).map(|nanoseconds| nanoseconds / 1_000_000_000);
        assert_eq!(second("1970-01-01T01:00:02.5+01:00"), Some(2));
        assert_eq!(second("1970-01-01T00:00:03"), Some(3));
        assert_eq!(second("yesterday"), None);
    }

    #[test]
    fn patterns_are_searched_from_their_literal_folder() {
        for (pattern, folder) in
            [("a/b/*.xml", "a/b"), ("*.xml", ""), ("./a/**/x.xml", "a"), ("/tmp/r{1,2}/x.xml", "/tmp")]
        {
            assert_eq!(literal_folder(Path::new(pattern)), Path::new(folder), "{pattern}");
        }
    }
}
