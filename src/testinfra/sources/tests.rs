use super::*;
use crate::python::Version;

fn parsed(text: &str, minor: u8, exact: bool) -> PythonFile {
    let source = SourceFile::new(RepoPath::new("a.py"), text, &Excerpts::default());
    let version = Version { major: 3, minor };
    parse(source, if exact { Interpreter::exactly(version) } else { Interpreter::at_least(version) })
}

#[test]
fn text_is_decoded_as_cpython_does() {
    assert_eq!(decode(b"\xef\xbb\xbfx = 1").unwrap(), "x = 1");
    assert_eq!(decode(b"# -*- coding: latin-1 -*-\nx = '\xe9'").unwrap(), "# -*- coding: latin-1 -*-\nx = 'é'");
    assert_eq!(decode(b"\n# vim: set fileencoding=koi8-r :\nx = '\xe9'").unwrap().chars().last(), Some('\''));
    assert!(matches!(decode(b"x = '\xe9'"), Err(DecodeError::Refused { offset: 5, .. })));
    assert!(matches!(decode(b"# coding: utf-8\nx = '\xe9'"), Err(DecodeError::Refused { .. })));
    assert_eq!(decode(b"# coding: gbk\nx = '\xc4\xe3'").unwrap(), "# coding: gbk\nx = '\u{4f60}'");
    let unread = DecodeError::Unsupported("iso2022-jp".to_owned());
    assert_eq!(decode(b"# coding: iso2022_jp\nx = 1"), Err(unread));
    assert_eq!(decode(b"x = 1\ry = 2\r\n").unwrap(), "x = 1\ny = 2\r\n");
    assert!(matches!(decode(b"x = '\0'"), Err(DecodeError::Refused { offset: 5, .. })));
}

#[test]
fn syntax_of_a_later_version_is_an_error_only_where_the_version_is_known() {
    let text = "x = f\"{'a' + \"b\"}\"\n";
    assert!(matches!(parsed(text, 11, true).state, FileState::SyntaxError(_)));
    assert!(matches!(parsed(text, 11, false).state, FileState::NeedsLaterVersion(_)));
    assert_eq!(parsed(text, 12, true).state, FileState::Compiles);
    assert!(matches!(parsed("return 1\n", 12, true).state, FileState::SyntaxError(_)));
    assert_eq!(parsed("def f():\n    return 1\n", 12, true).state, FileState::Compiles);
}

#[test]
fn hostile_nesting_is_a_limit_and_not_a_crash() {
    let run = |text: String| {
        let work = move || parsed(&text, 11, true).state;
        let thread = std::thread::Builder::new().stack_size(32 << 20).spawn(work).unwrap();
        assert!(matches!(thread.join().unwrap(), FileState::Unread(_) | FileState::SyntaxError(_)));
    };
    run(format!("x = a{}\n", ".b".repeat(200_000)));
    run(format!("x = {}1\n", "-".repeat(100_000)));
    run(format!("x = {}{}\n", "[".repeat(50_000), "]".repeat(50_000)));
    run((0..2_000).map(|depth| format!("{}if x:\n", " ".repeat(depth))).collect::<String>());
}

/// What real interpreters compile, recorded by tests/tree/record_syntax.py.
const RECORDED: &str = include_str!("../../../tests/tree/syntax.json");
/// Encodings that CPython reads and this program does not: it says so.
const UNREAD: [&str; 1] = ["unread_encoding"];

#[test]
fn a_file_compiles_where_cpython_of_the_version_compiles_it() {
    let table: serde_json::Map<String, serde_json::Value> = serde_json::from_str(RECORDED).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut tree = Tree::default();
    for (name, entry) in &table {
        // Recorded as Latin-1: every byte is a character.
        let bytes: Vec<u8> = entry["text"].as_str().unwrap().chars().map(|byte| byte as u8).collect();
        fs::write(folder.path().join(format!("{name}.py")), &bytes).unwrap();
        tree.files.insert(format!("{name}.py"), bytes.len() as u64);
    }
    let mut wrong = Vec::new();
    let mut compared = 0;
    for minor in 8..=13 {
        let interpreter = Interpreter::exactly(Version { major: 3, minor });
        let sources = Sources::read(folder.path(), &tree, interpreter, &Excerpts::default(), |_| true);
        for file in &sources.files {
            let name = file.path.trim_end_matches(".py");
            let compiles = table[name]["compiles"][format!("3.{minor}")].as_bool().unwrap();
            compared += 1;
            match &file.state {
                FileState::Compiles if compiles => {}
                FileState::SyntaxError(_) if !compiles => {}
                FileState::Unread(_) if UNREAD.contains(&name) => {}
                state => wrong.push(format!("{name} on 3.{minor}, where it compiles is {compiles}: {state:?}")),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(compared >= 6 * 200, "{compared}");
}
