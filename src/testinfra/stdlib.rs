//! The top-level modules of Python's standard library, by version.
//!
//! Source: `sys.stdlib_module_names` of CPython 3.10.13, 3.11.7, 3.12.1 and 3.13.0. Versions before 3.10 do not have
//! that list and are taken as 3.10.

use std::collections::HashSet;
use std::sync::LazyLock;

use crate::python::extract::Interpreter;

/// Modules of every version from 3.10 to 3.13.
const ALWAYS: &str = "
__future__ _abc _aix_support _ast _asyncio _bisect _blake2 _bz2 _codecs _codecs_cn _codecs_hk _codecs_iso2022
_codecs_jp _codecs_kr _codecs_tw _collections _collections_abc _compat_pickle _compression _contextvars _csv
_ctypes _curses _curses_panel _datetime _dbm _decimal _elementtree _frozen_importlib _frozen_importlib_external
_functools _gdbm _hashlib _heapq _imp _io _json _locale _lsprof _lzma _markupbase _md5 _multibytecodec
_multiprocessing _opcode _operator _osx_support _overlapped _pickle _posixshmem _posixsubprocess _py_abc
_pydecimal _pyio _queue _random _scproxy _sha1 _sha3 _signal _sitebuiltins _socket _sqlite3 _sre _ssl _stat
_statistics _string _strptime _struct _symtable _thread _threading_local _tkinter _tracemalloc _uuid _warnings
_weakref _weakrefset _winapi _zoneinfo abc antigravity argparse array ast asyncio atexit base64 bdb binascii
bisect builtins bz2 cProfile calendar cmath cmd code codecs codeop collections colorsys compileall concurrent
configparser contextlib contextvars copy copyreg csv ctypes curses dataclasses datetime dbm decimal difflib dis
doctest email encodings ensurepip enum errno faulthandler fcntl filecmp fileinput fnmatch fractions ftplib
functools gc genericpath getopt getpass gettext glob graphlib grp gzip hashlib heapq hmac html http idlelib
imaplib importlib inspect io ipaddress itertools json keyword linecache locale logging lzma mailbox marshal math
mimetypes mmap modulefinder msvcrt multiprocessing netrc nt ntpath nturl2path numbers opcode operator optparse
os pathlib pdb pickle pickletools pkgutil platform plistlib poplib posix posixpath pprint profile pstats pty pwd
py_compile pyclbr pydoc pydoc_data pyexpat queue quopri random re readline reprlib resource rlcompleter runpy
sched secrets select selectors shelve shlex shutil signal site smtplib socket socketserver sqlite3 sre_compile
sre_constants sre_parse ssl stat statistics string stringprep struct subprocess symtable sys sysconfig syslog
tabnanny tarfile tempfile termios textwrap this threading time timeit tkinter token tokenize trace traceback
tracemalloc tty turtle turtledemo types typing unicodedata unittest urllib uuid venv warnings wave weakref
webbrowser winreg winsound wsgiref xml xmlrpc zipapp zipfile zipimport zlib zoneinfo
";

static ALWAYS_SET: LazyLock<HashSet<&str>> = LazyLock::new(|| ALWAYS.split_whitespace().collect());

/// Modules of some versions: name, first minor version (0: all older ones), last minor version (99: all later ones).
const SOME: [(&str, u8, u8); 48] = [
    ("_android_support", 13, 99),
    ("_bootsubprocess", 0, 11),
    ("_colorize", 13, 99),
    ("_crypt", 0, 12),
    ("_interpchannels", 13, 99),
    ("_interpqueues", 13, 99),
    ("_interpreters", 13, 99),
    ("_ios_support", 13, 99),
    ("_msi", 0, 12),
    ("_opcode_metadata", 13, 99),
    ("_pydatetime", 12, 99),
    ("_pylong", 12, 99),
    ("_pyrepl", 13, 99),
    ("_sha2", 12, 99),
    ("_sha256", 0, 11),
    ("_sha512", 0, 11),
    ("_suggestions", 13, 99),
    ("_sysconfig", 13, 99),
    ("_tokenize", 11, 99),
    ("_typing", 11, 99),
    ("_wmi", 13, 99),
    ("aifc", 0, 12),
    ("asynchat", 0, 11),
    ("asyncore", 0, 11),
    ("audioop", 0, 12),
    ("binhex", 0, 10),
    ("cgi", 0, 12),
    ("cgitb", 0, 12),
    ("chunk", 0, 12),
    ("crypt", 0, 12),
    ("distutils", 0, 11),
    ("imghdr", 0, 12),
    ("imp", 0, 11),
    ("lib2to3", 0, 12),
    ("mailcap", 0, 12),
    ("msilib", 0, 12),
    ("nis", 0, 12),
    ("nntplib", 0, 12),
    ("ossaudiodev", 0, 12),
    ("pipes", 0, 12),
    ("smtpd", 0, 11),
    ("sndhdr", 0, 12),
    ("spwd", 0, 12),
    ("sunau", 0, 12),
    ("telnetlib", 0, 12),
    ("tomllib", 11, 99),
    ("uu", 0, 12),
    ("xdrlib", 0, 12),
];

/// Modules that are imported before any code of the project runs, so that a file of the project cannot take their place.
const PRELOADED: [&str; 14] = [
    "__main__",
    "_abc",
    "_codecs",
    "_io",
    "abc",
    "builtins",
    "codecs",
    "encodings",
    "io",
    "os",
    "site",
    "stat",
    "sys",
    "time",
];

/// What a name is to the standard library.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stdlib {
    /// A module of it, which may be hidden by a file of the project.
    Module,
    /// A module of it that cannot be hidden.
    Preloaded,
    /// A module of some other version that the interpreter may be.
    Perhaps,
    /// Nothing.
    No,
}

/// Looks a top-level name up.
pub fn lookup(name: &str, interpreter: Interpreter) -> Stdlib {
    if PRELOADED.contains(&name) {
        return Stdlib::Preloaded;
    }
    if ALWAYS_SET.contains(name) {
        return Stdlib::Module;
    }
    let minor = interpreter.version.minor;
    match SOME.iter().find(|(module, _, _)| *module == name) {
        None => Stdlib::No,
        Some((_, first, last)) if (*first..=*last).contains(&minor) && (interpreter.exact || *last == 99) => {
            Stdlib::Module
        }
        Some(_) if interpreter.exact => Stdlib::No,
        // Only the oldest possible version is known: a later one may have it, or have it no more.
        Some((_, _, last)) if *last >= minor => Stdlib::Perhaps,
        Some(_) => Stdlib::No,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::python::Version;

    #[test]
    fn the_version_decides() {
        let of = |name, minor, exact| lookup(name, Interpreter { version: Version { major: 3, minor }, exact });
        assert_eq!(of("json", 10, true), Stdlib::Module);
        assert_eq!(of("sys", 10, true), Stdlib::Preloaded);
        assert_eq!(of("tomllib", 11, true), Stdlib::Module);
        assert_eq!(of("tomllib", 10, true), Stdlib::No);
        assert_eq!(of("tomllib", 9, false), Stdlib::Perhaps);
        assert_eq!(of("tomllib", 12, false), Stdlib::Module);
        assert_eq!(of("distutils", 11, true), Stdlib::Module);
        assert_eq!(of("distutils", 12, true), Stdlib::No);
        assert_eq!(of("distutils", 10, false), Stdlib::Perhaps);
        assert_eq!(of("distutils", 12, false), Stdlib::No);
        assert_eq!(of("yaml", 12, true), Stdlib::No);
    }
}
