//! The names of a module while it is executed, in three values.

use rustc_hash::FxHashMap;

use crate::python::ast::name::Name;

/// Whether a name is bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// For certain.
    Yes,
    /// In some branch.
    Maybe,
    /// Not, or deleted again.
    No,
}

/// The names of a module.
#[derive(Clone, Debug, Default)]
pub struct Names {
    bound: FxHashMap<Name, Bound>,
    /// Names may exist that are not listed.
    pub open: bool,
}

impl Names {
    /// Whether a name is bound.
    pub fn get(&self, name: &str) -> Bound {
        self.bound.get(name).copied().unwrap_or(Bound::No)
    }

    /// Binds or deletes a name.
    pub fn set(&mut self, name: impl Into<Name>, bound: Bound) {
        self.bound.insert(name.into(), bound);
    }

    /// Notes that a name may be bound, unless it is for certain.
    pub fn may_set(&mut self, name: impl Into<Name>) {
        let name = name.into();
        if self.get(&name) == Bound::No {
            self.set(name, Bound::Maybe);
        }
    }

    /// The names that are or may be bound, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (&Name, Bound)> {
        self.bound.iter().filter(|(_, bound)| **bound != Bound::No).map(|(name, bound)| (name, *bound))
    }

    /// What holds where either of two ways was taken.
    pub fn join(mut self, other: &Self) -> Self {
        for (name, bound) in &mut self.bound {
            if *bound != other.get(name) {
                *bound = Bound::Maybe;
            }
        }
        for (name, bound) in &other.bound {
            if *bound != Bound::No && !self.bound.contains_key(name) {
                self.bound.insert(name.clone(), Bound::Maybe);
            }
        }
        self.open |= other.open;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_join_is_certain_only_of_what_both_ways_bind() {
        let mut left = Names::default();
        left.set("both", Bound::Yes);
        left.set("left", Bound::Yes);
        left.set("gone", Bound::No);
        let mut right = Names::default();
        right.set("both", Bound::Yes);
        right.set("right", Bound::Yes);
        let joined = left.join(&right);
        let got = ["both", "left", "right", "gone", "never"].map(|name| joined.get(name));
        assert_eq!(got, [Bound::Yes, Bound::Maybe, Bound::Maybe, Bound::No, Bound::No]);
    }
}
