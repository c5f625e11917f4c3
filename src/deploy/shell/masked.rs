//! A text in which one character stands for each part that is not looked at.

use std::ops::RangeInclusive;

/// Characters that stand for parts of a text.
const STAND_INS: RangeInclusive<u32> = 0xE000..=0xF8FF;

/// A text and the parts of it that are hidden.
#[derive(Default)]
pub(super) struct Masked<'t> {
    plain: String,
    hidden: Vec<&'t str>,
    /// Where each stand-in ends, and by how many bytes what it stands for is longer than all until there.
    grown: Vec<(usize, isize)>,
}

impl<'t> Masked<'t> {
    /// The text with its stand-ins.
    pub(super) fn plain(&self) -> &str {
        &self.plain
    }

    /// Adds text as it is; `None` where there are too many stand-ins.
    pub(super) fn show(&mut self, text: &'t str) -> Option<()> {
        for (at, character) in text.char_indices() {
            if STAND_INS.contains(&u32::from(character)) {
                self.hide(text.get(at..at + character.len_utf8())?)?;
            } else {
                self.plain.push(character);
            }
        }
        Some(())
    }

    /// Adds a stand-in for a part; `None` where there are too many.
    pub(super) fn hide(&mut self, part: &'t str) -> Option<()> {
        let code = STAND_INS.start().checked_add(u32::try_from(self.hidden.len()).ok()?)?;
        let character = Some(code).filter(|code| STAND_INS.contains(code)).and_then(char::from_u32)?;
        self.plain.push(character);
        let before = self.grown.last().map_or(0, |(_, by)| *by);
        let by = isize::try_from(part.len()).ok()? - isize::try_from(character.len_utf8()).ok()?;
        self.grown.push((self.plain.len(), before + by));
        self.hidden.push(part);
        Some(())
    }

    /// A text made of the plain one, with what its stand-ins stand for.
    pub(super) fn unmask(&self, plain: &str) -> String {
        let mut text = String::new();
        for character in plain.chars() {
            let at = u32::from(character).checked_sub(*STAND_INS.start()).and_then(|at| usize::try_from(at).ok());
            match at.and_then(|at| self.hidden.get(at)) {
                Some(part) => text.push_str(part),
                None => text.push(character),
            }
        }
        text
    }

    /// The place in the whole text of a place in the plain one.
    pub(super) fn place(&self, plain: usize) -> usize {
        let before = self.grown.partition_point(|(end, _)| *end <= plain);
        let by = before.checked_sub(1).and_then(|last| self.grown.get(last)).map_or(0, |(_, by)| *by);
        plain.saturating_add_signed(by)
    }
}
