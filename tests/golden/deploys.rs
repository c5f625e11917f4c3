//! Deploy commands as the declaration.

use super::scene::Case;

pub fn cases() -> Vec<Case> {
    Vec::new()
}
