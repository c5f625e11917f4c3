//! "Did you mean …?"

/// Longer words are not compared: nobody mistypes a word of this length, and comparing is quadratic.
const MAX_WORD: usize = 64;

/// The candidate that differs from `word` by the fewest typing errors, where that is few enough for a guess.
/// Case, and `-` against `_`, do not count as errors, and the beginning of a candidate is as good as the whole.
pub(super) fn closest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if word.is_empty() || word.len() > MAX_WORD {
        return None;
    }
    let word = folded(word);
    let length = word.chars().count();
    let limit = (length / 3).max(1);
    let distance = |candidate: &str| {
        let candidate = folded(candidate);
        let begins = length >= 3 && candidate.starts_with(&word);
        if begins { 1 } else { strsim::damerau_levenshtein(&word, &candidate) }
    };
    candidates
        .into_iter()
        .map(|candidate| (distance(candidate), candidate))
        .filter(|&(distance, _)| distance <= limit)
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, candidate)| candidate)
}

fn folded(word: &str) -> String {
    word.to_lowercase().replace('-', "_")
}

#[cfg(test)]
mod tests {
    use super::closest;

    #[test]
    fn only_near_words_are_offered() {
        let words = ["regions", "project", "fail_on"];
        assert_eq!(closest("region", words), Some("regions"));
        assert_eq!(closest("fail-on", words), Some("fail_on"));
        assert_eq!(closest("FAILON", words), Some("fail_on"));
        assert_eq!(closest("porject", words), Some("project"));
        assert_eq!(closest("proj", words), Some("project"));
        assert_eq!(closest("workspace", words), None);
        assert_eq!(closest("", words), None);
        assert_eq!(closest(&"regions".repeat(100), words), None);
    }
}
