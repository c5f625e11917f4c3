//! The bytes of a Python file and its text, and how one is changed without touching the rest of the other.

use crate::testinfra::sources::{Width, decode, width};

const BOM: &[u8] = b"\xef\xbb\xbf";

/// A Python file that is read, or will be written.
#[derive(Clone, Debug)]
pub(super) struct Text {
    bytes: Vec<u8>,
    /// Without the byte order mark; line ends as they are.
    pub(super) text: String,
    /// One byte a character, in an encoding that has ASCII in its lower half.
    single_byte: bool,
    /// How its lines end.
    eol: &'static str,
}

/// A text that goes in at an offset.
#[derive(Clone, Debug)]
pub(super) struct Insertion {
    pub(super) at: usize,
    /// With `\n` at the ends of lines.
    pub(super) text: String,
}

impl Text {
    /// Reads the bytes of a file as CPython does.
    pub(super) fn new(bytes: Vec<u8>) -> Result<Self, String> {
        let single_byte = match width(&bytes) {
            Width::Utf8 => false,
            Width::One => true,
            Width::Other(name) => {
                return Err(format!("it is in the encoding `{name}`, in which no text is put"));
            }
        };
        let text = decode(&bytes).map_err(|error| error.to_string())?.into_owned();
        let lines = text.matches('\n').count();
        let windows = text.matches("\r\n").count();
        // In the text a carriage return alone is a line feed already.
        if bytes.iter().filter(|&&byte| byte == b'\r').count() != windows {
            return Err("some of its lines end in a carriage return alone".to_owned());
        }
        let eol = if windows * 2 > lines { "\r\n" } else { "\n" };
        Ok(Self { text, single_byte, eol, bytes })
    }

    /// The beginning of a new file, with the line ends of this one.
    pub(super) fn beginning(&self, text: &str) -> Result<Self, String> {
        let new = Self::new(text.replace('\n', self.eol).into_bytes())?;
        Ok(Self { eol: self.eol, ..new })
    }

    /// The text with `\n` at the ends of lines.
    pub(super) fn unix(&self) -> String {
        self.text.replace("\r\n", "\n")
    }

    /// The bytes with more text in them. Nothing that was there is changed.
    pub(super) fn with(&self, insertions: &[Insertion]) -> Result<Vec<u8>, String> {
        let mut bytes = self.bytes.clone();
        let mut sorted: Vec<&Insertion> = insertions.iter().collect();
        sorted.sort_by_key(|insertion| std::cmp::Reverse(insertion.at));
        for insertion in sorted {
            if self.single_byte && !insertion.text.is_ascii() {
                return Err("what goes in is not ASCII, and the file is not in UTF-8".to_owned());
            }
            let before = self.text.get(..insertion.at).unwrap_or(&self.text);
            let length = if self.single_byte { before.chars().count() } else { before.len() };
            let mark = if self.bytes.starts_with(BOM) { BOM.len() } else { 0 };
            let new = insertion.text.replace('\n', self.eol).into_bytes();
            let at = (mark + length).min(bytes.len());
            bytes.splice(at..at, new);
        }
        Ok(bytes)
    }

    /// True where pieces of the text mean the same in a file in UTF-8.
    pub(super) fn is_portable(&self) -> bool {
        !self.single_byte || self.text.is_ascii()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inserted(bytes: &[u8], at: usize, text: &str) -> Vec<u8> {
        Text::new(bytes.to_vec()).unwrap().with(&[Insertion { at, text: text.to_owned() }]).unwrap()
    }

    #[test]
    fn line_ends_marks_and_encodings_are_kept() {
        assert_eq!(inserted(b"a\r\nb\r\n", 3, "x\ny\n"), b"a\r\nx\r\ny\r\nb\r\n");
        assert_eq!(inserted(b"\xef\xbb\xbfa\n", 2, "x\n"), b"\xef\xbb\xbfa\nx\n");
        assert_eq!(inserted("é\na".as_bytes(), 3, "ü\n"), "é\nü\na".as_bytes());
        let latin = b"# coding: latin-1\ns = '\xe9'\nend\n";
        let text = Text::new(latin.to_vec()).unwrap();
        let at = text.text.find("end").unwrap();
        assert_eq!(inserted(latin, at, "x\n"), b"# coding: latin-1\ns = '\xe9'\nx\nend\n");
        assert!(text.with(&[Insertion { at, text: "ü".to_owned() }]).is_err());
        assert!(!text.is_portable());
        assert!(Text::new(b"a\rb\n".to_vec()).is_err());
        assert!(Text::new(b"a\0".to_vec()).is_err());
        assert!(Text::new(b"# coding: gbk\n\xff".to_vec()).unwrap_err().contains("gbk"));
    }
}
