//! Writes the tree: several instances of every form, each with names, depth and layout of its own.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// How often each form is written.
const INSTANCES: usize = 2;

/// A form of import.
#[derive(Clone, Debug, Default)]
pub struct Form {
    pub name: String,
    /// CPython decides it by what is known only when it runs.
    pub undecided: bool,
    files: Vec<(String, String)>,
}

/// A module of the tree, and how it is imported.
#[derive(Clone, Debug)]
pub struct Module {
    pub path: String,
    pub name: String,
    /// Folder that is put on `sys.path` first, where pytest does that, and the name that is imported then.
    pub steps: Vec<(Option<String>, String)>,
    pub is_test: bool,
}

/// The generated tree.
pub struct Tree {
    forms: Vec<Form>,
    /// Path → text and index of the form.
    files: BTreeMap<String, (Vec<u8>, usize)>,
    modules: Vec<Module>,
}

/// A generator of numbers (SplitMix64), so that one seed gives one tree everywhere.
pub struct Numbers(pub u64);

impl Numbers {
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % limit as u64) as usize
    }

    fn word(&mut self) -> String {
        const SYLLABLES: [&str; 16] =
            ["ba", "ce", "di", "fo", "gu", "ha", "ke", "li", "mo", "nu", "pa", "re", "si", "to", "vu", "wa"];
        (0..4).map(|_| SYLLABLES[self.below(SYLLABLES.len())]).collect()
    }
}

/// Configuration that makes `second` a root, and a lock file with nothing in it.
const SETTINGS: [(&str, &str); 2] = [
    ("pytest.ini", "[pytest]\npythonpath = . second\n"),
    ("uv.lock", "version = 1\n\n[[package]]\nname = \"generated\"\nsource = { virtual = \".\" }\n"),
];

impl Tree {
    pub fn generate(seed: u64) -> Self {
        let forms = forms(include_str!("forms.txt"));
        let mut numbers = Numbers(seed);
        let mut tree = Self { forms, files: BTreeMap::new(), modules: Vec::new() };
        for (at, form) in tree.forms.clone().iter().enumerate() {
            for instance in 0..INSTANCES {
                let unique = format!("f{at:02}{}", char::from(b'a' + instance as u8));
                tree.instance(at, form, &unique, &mut numbers);
            }
        }
        tree.modules =
            tree.files.keys().filter(|path| path.ends_with(".py")).filter_map(|path| tree.module(path)).collect();
        tree
    }

    fn instance(&mut self, at: usize, form: &Form, unique: &str, numbers: &mut Numbers) {
        let depth = numbers.below(3);
        let mut package = format!("p_{unique}");
        for _ in 0..depth {
            package = format!("{package}.{}", numbers.word());
        }
        let names: Vec<String> = (1..=5).map(|number| format!("{}{number}", numbers.word())).collect();
        let fill = |text: &str, package: &str| {
            let mut text = text.replace("PKG", package).replace("UID", unique);
            for (number, name) in (1..).zip(&names) {
                text = text.replace(&format!("NAME{number}"), name);
            }
            text
        };
        let folder = package.replace('.', "/");
        let has_package = form.files.iter().any(|(path, _)| path.starts_with("PKG/"));
        if has_package {
            // Folders above are packages or mere folders.
            let mut above = String::new();
            for part in folder.split('/').take(depth) {
                above = if above.is_empty() { part.to_owned() } else { format!("{above}/{part}") };
                if numbers.below(2) == 0 {
                    self.files.insert(format!("{above}/__init__.py"), (b"# A package.\n".to_vec(), at));
                }
            }
        }
        for (path, body) in &form.files {
            let mut bytes = dress(&fill(body, &package), numbers);
            if body.contains("coding: latin-1") {
                bytes = b"# -*- coding: latin-1 -*-\n".to_vec();
                bytes.extend(format!("{} = 'caf", names[0]).bytes());
                bytes.extend(*b"\xe9'\n");
            }
            self.files.insert(fill(path, &folder), (bytes, at));
        }
    }

    fn module(&self, path: &str) -> Option<Module> {
        let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
        if file == "conftest.py" {
            return None;
        }
        let is_test = file.starts_with("test_");
        if is_test {
            return Some(Module {
                steps: self.test_steps(path),
                name: path.to_owned(),
                path: path.to_owned(),
                is_test,
            });
        }
        let stem = path.strip_suffix(".py")?;
        let stem = stem.strip_suffix("/__init__").unwrap_or(stem);
        let stem = stem.strip_prefix("second/").unwrap_or(stem);
        let name = stem.replace('/', ".");
        // Of two files of one name the first root has the module.
        let hidden = path.starts_with("second/")
            && (self.files.contains_key(&format!("{stem}.py"))
                || self.files.contains_key(&format!("{stem}/__init__.py"))
                || self.files.contains_key(&format!("{}/__init__.py", stem.split('/').next().unwrap_or(stem))));
        let twin = !path.ends_with("__init__.py") && self.files.contains_key(&format!("{stem}/__init__.py"));
        let below_module = folder.split('/').scan(String::new(), |above, part| {
            *above = if above.is_empty() { part.to_owned() } else { format!("{above}/{part}") };
            Some(above.clone())
        });
        let unreachable = below_module.clone().any(|above| {
            let above = above.strip_prefix("second/").unwrap_or(&above).to_owned();
            !self.files.contains_key(&format!("{above}/__init__.py"))
                && (self.files.contains_key(&format!("{above}.py"))
                    || self.files.contains_key(&format!("second/{above}.py")))
        });
        let is_name = name.split('.').all(|part| part.chars().all(|letter| letter.is_alphanumeric() || letter == '_'));
        if hidden || twin || unreachable || !is_name || name.ends_with("__main__") {
            return None;
        }
        let steps = vec![(None, name.clone())];
        Some(Module { path: path.to_owned(), name, steps, is_test })
    }

    /// As pytest imports a test file: the conftest files above it, then itself, each from its own first folder that is
    /// not a package.
    fn test_steps(&self, path: &str) -> Vec<(Option<String>, String)> {
        let mut steps = Vec::new();
        let mut folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        loop {
            let conftest = if folder.is_empty() { "conftest.py".to_owned() } else { format!("{folder}/conftest.py") };
            if self.files.contains_key(&conftest) {
                steps.push(self.rooted(&conftest));
            }
            match folder.rsplit_once('/') {
                Some((above, _)) => folder = above,
                None if folder.is_empty() => break,
                None => folder = "",
            }
        }
        steps.reverse();
        steps.push(self.rooted(path));
        steps
    }

    fn rooted(&self, path: &str) -> (Option<String>, String) {
        let mut folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        while !folder.is_empty() && self.files.contains_key(&format!("{folder}/__init__.py")) {
            folder = folder.rsplit_once('/').map_or("", |(above, _)| above);
        }
        let inner = path.strip_prefix(folder).unwrap_or(path).trim_start_matches('/');
        (Some(folder.to_owned()), inner.trim_end_matches(".py").replace('/', "."))
    }

    /// Modules that are imported by their name.
    pub fn modules(&self) -> impl Iterator<Item = &Module> {
        self.modules.iter().filter(|module| !module.is_test)
    }

    /// All that is imported: modules and test files.
    pub fn entries(&self) -> &[Module] {
        &self.modules
    }

    /// The form that a file belongs to.
    pub fn form(&self, path: &str) -> &Form {
        &self.forms[self.files[path].1]
    }

    pub fn write(&self, folder: &Path) {
        let settings = SETTINGS.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec()));
        let files = self.files.iter().map(|(path, (bytes, _))| (path.clone(), bytes.clone()));
        for (path, bytes) in files.chain(settings) {
            let full = folder.join(path);
            fs::create_dir_all(full.parent().unwrap()).unwrap();
            fs::write(full, bytes).unwrap();
        }
    }
}

/// Layout that means nothing: comments, blank lines, line ends, a byte order mark.
fn dress(body: &str, numbers: &mut Numbers) -> Vec<u8> {
    let mut text = String::new();
    if numbers.below(6) == 0 {
        text.push('\u{feff}');
    }
    match numbers.below(4) {
        0 => text += "# A comment.\n\n",
        1 => text += "\"\"\"A docstring.\n\nimport nothing\n\"\"\"\n",
        _ => {}
    }
    text += body;
    if numbers.below(5) == 0 {
        text = text.replace('\n', "\r\n");
    }
    text.into_bytes()
}

fn forms(text: &str) -> Vec<Form> {
    let mut forms = Vec::new();
    for part in text.split("## ").filter(|part| !part.trim().is_empty()) {
        let (head, rest) = part.split_once('\n').unwrap();
        let undecided = head.ends_with('?');
        let mut form = Form { name: head.trim_end_matches('?').trim().to_owned(), undecided, files: Vec::new() };
        for file in rest.split("=== ").skip(1) {
            let (path, body) = file.split_once('\n').unwrap();
            form.files.push((path.trim().to_owned(), body.trim_end().to_owned() + "\n"));
        }
        forms.push(form);
    }
    forms
}
