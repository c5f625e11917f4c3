//! Comparing two facts, in three values.

use crate::model::{Fact, Guard, Place, Presence, Why, WhyKind};

/// The outcome of comparing what is declared with what is live.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// Both are known to be the same.
    Same,
    /// Both are known, and differ.
    Different,
    /// One of them cannot be told.
    Undecidable(Why),
}

/// Compares two facts where absence is a value of its own.
pub fn compare<T: PartialEq>(declared: &Fact<T>, live: &Fact<T>) -> Comparison {
    compare_by(declared, live, |declared, live| declared == live)
}

/// Compares two facts where absence on either side means `default`.
pub fn compare_with_default<T: PartialEq>(declared: &Fact<T>, live: &Fact<T>, default: &T) -> Comparison {
    compare_by(declared, live, |declared, live| declared.unwrap_or(default) == live.unwrap_or(default))
}

fn compare_by<T>(declared: &Fact<T>, live: &Fact<T>, same: impl Fn(Option<&T>, Option<&T>) -> bool) -> Comparison {
    if let Some(why) = unknown(declared).or_else(|| unknown(live)) {
        return Comparison::Undecidable(why);
    }
    if same(declared.known(), live.known()) { Comparison::Same } else { Comparison::Different }
}

/// Why a fact is unknown, where it is; also where whoever made it gave no reason.
pub fn unknown<T>(fact: &Fact<T>) -> Option<Why> {
    let Fact::Unknown(whys) = fact else { return None };
    Some(whys.first().cloned().unwrap_or_else(|| Why::new(WhyKind::Dynamic, "the value cannot be told")))
}

/// Conditions in words, each as it has to come out.
pub fn conditions(guards: &[Guard]) -> String {
    let words = |guard: &Guard| if guard.negated { format!("not ({})", guard.text) } else { guard.text.clone() };
    guards.iter().map(words).collect::<Vec<_>>().join(" and ")
}

/// Whether a declaration certainly holds, or why that cannot be told.
///
/// # Errors
/// The condition or reason that leaves it open.
pub fn certain(presence: &Presence) -> Result<(), Why> {
    match presence {
        Presence::Certain => Ok(()),
        Presence::Conditional(guards) => {
            let text = format!("it is declared only if {}", conditions(guards));
            let mut why = Why::new(WhyKind::Guarded, text);
            why.place = guards.first().map(|guard| Place::Origin(guard.origin.clone()));
            Err(why)
        }
        Presence::Unknown(whys) => Err(whys
            .first()
            .cloned()
            .unwrap_or_else(|| Why::new(WhyKind::Dynamic, "whether it is declared cannot be told"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Origin;

    fn known(value: &'static str) -> Fact<&'static str> {
        Fact::Known(value, Origin::live("r", "f"))
    }

    fn absent() -> Fact<&'static str> {
        Fact::Absent(Origin::live("r", "f"))
    }

    #[test]
    fn an_unknown_on_either_side_is_never_the_same_and_never_different() {
        let why = Why::new(WhyKind::Computed, "x");
        let unknown: Fact<&str> = Fact::unknown(why.clone());
        for other in [known("a"), absent(), unknown.clone()] {
            assert_eq!(compare(&unknown, &other), Comparison::Undecidable(why.clone()));
            assert_eq!(compare(&other, &unknown), Comparison::Undecidable(why.clone()));
            assert_eq!(compare_with_default(&other, &unknown, &"a"), Comparison::Undecidable(why.clone()));
        }
    }

    #[test]
    fn an_unknown_without_a_reason_is_still_no_value() {
        let unknown: Fact<&str> = Fact::Unknown(Vec::new());
        assert!(matches!(compare(&unknown, &absent()), Comparison::Undecidable(_)));
        assert!(matches!(compare_with_default(&known("a"), &unknown, &"a"), Comparison::Undecidable(_)));
    }

    #[test]
    fn a_condition_is_told_as_it_has_to_come_out() {
        let guard = |text: &str, negated| Guard {
            text: text.to_owned(),
            origin: Origin::live("r", "f"),
            negated,
            decided: None,
        };
        let presence = Presence::Conditional(vec![guard("ci", false), guard("args.dry_run", true)]);
        assert_eq!(certain(&presence).unwrap_err().text, "it is declared only if ci and not (args.dry_run)");
        assert_eq!(certain(&Presence::Certain), Ok(()));
        assert!(certain(&Presence::Unknown(Vec::new())).is_err());
    }

    #[test]
    fn absence_is_the_default_only_where_there_is_one() {
        assert_eq!(compare(&absent(), &known("a")), Comparison::Different);
        assert_eq!(compare(&absent(), &absent()), Comparison::Same);
        assert_eq!(compare_with_default(&absent(), &known("a"), &"a"), Comparison::Same);
        assert_eq!(compare_with_default(&known("b"), &absent(), &"a"), Comparison::Different);
    }
}
