//! `[health]`.

use std::ops::RangeInclusive;

use super::super::HealthConfig;
use super::super::error::Errors;
use super::super::table::Section;
use super::super::validate;
use super::{all_valid, valid};
use crate::model::health::Thresholds;

/// A factor below 1 would call an improvement a degradation.
const FACTOR: RangeInclusive<f64> = 1.0..=1000.0;

/// The settings of the health of the tests; `None` where there is no such table.
pub(super) fn health(top: Section<'_>, errors: &mut Errors) -> Option<HealthConfig> {
    let section = top.section("health", errors)?;
    let default = Thresholds::default();
    let mut factor = |name: &str, default: f64| section.number_in(name, FACTOR, errors).unwrap_or(default);
    let thresholds = Thresholds {
        file_growth: factor("max_file_growth", default.file_growth),
        discovery_slowdown: factor("max_discovery_slowdown", default.discovery_slowdown),
        discovery_floor: section
            .number_in("min_discovery_seconds", 0.0..=3600.0, errors)
            .unwrap_or(default.discovery_floor),
        rate_rise: section.number_in("max_rate_rise", 0.0..=1.0, errors).unwrap_or(default.rate_rise),
        baseline_days: section.count("max_baseline_days", 1..=3650, errors).unwrap_or(default.baseline_days),
    };
    Some(HealthConfig {
        baseline: valid(section.string("baseline", errors), validate::file_path, errors),
        reports: all_valid(section.strings("reports", errors), validate::pattern, errors).unwrap_or_default(),
        thresholds,
    })
}

#[cfg(test)]
mod tests {
    use crate::config::{HealthConfig, parse};
    use crate::model::health::Thresholds;

    fn message(text: &str) -> String {
        let errors = parse("c", &format!("[health]\n{text}"), &[]).unwrap_err();
        assert_eq!(errors.len(), 1, "{errors:?}");
        errors[0].message.clone()
    }

    #[test]
    fn every_key_is_read() {
        let text = "[health]\nbaseline = \"./ci/b.json\"\nreports = [\"r/*.xml\"]\nmax_file_growth = 1\n\
             max_discovery_slowdown = 2.5\nmin_discovery_seconds = 0\nmax_rate_rise = 0\nmax_baseline_days = 30\n";
        let expected = HealthConfig {
            baseline: Some("ci/b.json".to_owned()),
            reports: vec!["r/*.xml".to_owned()],
            thresholds: Thresholds {
                file_growth: 1.0,
                discovery_slowdown: 2.5,
                discovery_floor: 0.0,
                rate_rise: 0.0,
                baseline_days: 30,
            },
        };
        assert_eq!(parse("c", text, &[]).unwrap().health, Some(expected));
        assert_eq!(parse("c", "[health]\n", &[]).unwrap().health, Some(HealthConfig::default()));
        assert_eq!(parse("c", "", &[]).unwrap().health, None);
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for (text, expected) in [
            ("max_file_growth = 0.5", "`health.max_file_growth` must be from 1 to 1000, not 0.5"),
            ("max_rate_rise = 5", "`health.max_rate_rise` must be from 0 to 1, not 5"),
            ("max_rate_rise = nan", "`health.max_rate_rise` must be from 0 to 1, not NaN"),
            ("max_baseline_days = 0", "`health.max_baseline_days` must be from 1 to 3650, not 0"),
            ("baseline = \"../b.json\"", "`../b.json` leaves the repository"),
            ("baseline = \".\"", "`.` is a folder, not a file"),
            ("reports = [\"/tmp/*.xml\"]", "the pattern `/tmp/*.xml` is absolute"),
            ("reports = \"r.xml\"", "`health.reports` must be an array of strings, not a string"),
            ("report = []", "unknown key `report` in `health`"),
        ] {
            assert_eq!(message(text), expected);
        }
    }
}
