//! The built-in exceptions and what they derive from, so that it can be told which handler catches which.
//!
//! Source: "Exception hierarchy" in the documentation of the standard library of Python 3.13.

/// Name → its base class, which stands before it.
const CLASSES: [(&str, &str); 46] = [
    ("Exception", "BaseException"),
    ("SystemExit", "BaseException"),
    ("KeyboardInterrupt", "BaseException"),
    ("GeneratorExit", "BaseException"),
    ("ArithmeticError", "Exception"),
    ("FloatingPointError", "ArithmeticError"),
    ("OverflowError", "ArithmeticError"),
    ("ZeroDivisionError", "ArithmeticError"),
    ("AssertionError", "Exception"),
    ("AttributeError", "Exception"),
    ("BufferError", "Exception"),
    ("EOFError", "Exception"),
    ("ImportError", "Exception"),
    ("ModuleNotFoundError", "ImportError"),
    ("LookupError", "Exception"),
    ("IndexError", "LookupError"),
    ("KeyError", "LookupError"),
    ("MemoryError", "Exception"),
    ("NameError", "Exception"),
    ("UnboundLocalError", "NameError"),
    ("OSError", "Exception"),
    ("IOError", "Exception"),
    ("EnvironmentError", "Exception"),
    ("BlockingIOError", "OSError"),
    ("ChildProcessError", "OSError"),
    ("ConnectionError", "OSError"),
    ("FileExistsError", "OSError"),
    ("FileNotFoundError", "OSError"),
    ("InterruptedError", "OSError"),
    ("IsADirectoryError", "OSError"),
    ("NotADirectoryError", "OSError"),
    ("PermissionError", "OSError"),
    ("ProcessLookupError", "OSError"),
    ("TimeoutError", "OSError"),
    ("ReferenceError", "Exception"),
    ("RuntimeError", "Exception"),
    ("NotImplementedError", "RuntimeError"),
    ("RecursionError", "RuntimeError"),
    ("StopIteration", "Exception"),
    ("StopAsyncIteration", "Exception"),
    ("SyntaxError", "Exception"),
    ("IndentationError", "SyntaxError"),
    ("SystemError", "Exception"),
    ("TypeError", "Exception"),
    ("ValueError", "Exception"),
    ("UnicodeError", "ValueError"),
];

/// A set of built-in exceptions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Builtins(u64);

impl Builtins {
    /// A built-in exception and all that derive from it; `None` for a class that is none.
    pub fn below(name: &str) -> Option<Self> {
        // Two old names of one class.
        let name = if matches!(name, "IOError" | "EnvironmentError") { "OSError" } else { name };
        let at = place(name)?;
        let mut set = 1u64 << at;
        for (place, (_, base)) in CLASSES.iter().enumerate().skip(at) {
            if self::place(base).is_some_and(|base| set & (1 << base) != 0) {
                set |= 1 << place;
            }
        }
        Some(Self(set))
    }

    /// Both sets.
    pub fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// True where SystemExit is in it.
    pub fn has_exit(self) -> bool {
        number("SystemExit").is_some_and(|number| self.has(number))
    }

    /// True where the class with this number is in it.
    pub fn has(self, builtin: u8) -> bool {
        self.0 & (1 << builtin) != 0
    }
}

/// The number of a built-in exception.
pub fn number(name: &str) -> Option<u8> {
    let name = if matches!(name, "IOError" | "EnvironmentError") { "OSError" } else { name };
    place(name).and_then(|at| u8::try_from(at).ok())
}

fn place(name: &str) -> Option<usize> {
    CLASSES.iter().position(|(class, _)| *class == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handler_catches_its_class_and_all_below_it() {
        let catches = |handler: &str, raised: &str| Builtins::below(handler).unwrap().has(number(raised).unwrap());
        assert!(catches("RuntimeError", "RuntimeError") && catches("RuntimeError", "NotImplementedError"));
        assert!(catches("Exception", "UnicodeError") && catches("IOError", "FileNotFoundError"));
        assert!(!catches("Exception", "SystemExit") && !catches("NotImplementedError", "RuntimeError"));
        assert!(catches("SystemExit", "SystemExit"));
        assert_eq!(Builtins::below("MyError"), None);
        for (at, (_, base)) in CLASSES.iter().enumerate() {
            assert!(*base == "BaseException" || place(base).is_some_and(|base| base < at), "{base}");
        }
    }
}
