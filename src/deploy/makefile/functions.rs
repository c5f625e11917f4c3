//! Functions of make over known texts.

/// What a function gives; `None` for one that is not evaluated, such as `shell`.
pub(super) fn apply(name: &str, arguments: &[String]) -> Option<String> {
    let text = |at: usize| arguments.get(at).map_or("", String::as_str);
    let words = |at: usize| text(at).split_whitespace();
    let each = |at: usize, change: &dyn Fn(&str) -> String| words(at).map(change).collect::<Vec<_>>().join(" ");
    Some(match name {
        "strip" => words(0).collect::<Vec<_>>().join(" "),
        "subst" if !text(0).is_empty() => text(2).replace(text(0), text(1)),
        "patsubst" => {
            let (from, to) = (text(0).trim(), text(1).trim());
            each(2, &|word| match stem(from, word) {
                Some(stem) => to.replacen('%', stem, 1),
                None => word.to_owned(),
            })
        }
        "firstword" => words(0).next().unwrap_or_default().to_owned(),
        "lastword" => words(0).last().unwrap_or_default().to_owned(),
        "word" => words(1).nth(text(0).trim().parse::<usize>().ok()?.checked_sub(1)?).unwrap_or_default().to_owned(),
        "words" => words(0).count().to_string(),
        "filter" => {
            words(1).filter(|word| words(0).any(|pattern| stem(pattern, word).is_some())).collect::<Vec<_>>().join(" ")
        }
        "filter-out" => {
            words(1).filter(|word| !words(0).any(|pattern| stem(pattern, word).is_some())).collect::<Vec<_>>().join(" ")
        }
        "findstring" if text(1).contains(text(0)) => text(0).to_owned(),
        "findstring" => String::new(),
        "addprefix" => each(1, &|word| format!("{}{word}", text(0))),
        "addsuffix" => each(1, &|word| format!("{word}{}", text(0))),
        "notdir" => each(0, &|word| word.rsplit('/').next().unwrap_or_default().to_owned()),
        "sort" => {
            let mut sorted: Vec<&str> = words(0).collect();
            sorted.sort_unstable();
            sorted.dedup();
            sorted.join(" ")
        }
        _ => return None,
    })
}

/// What `%` stands for where the word fits the pattern; empty for a pattern without `%` that is the word.
pub(super) fn stem<'w>(pattern: &str, word: &'w str) -> Option<&'w str> {
    match pattern.split_once('%') {
        Some((start, end)) => word.strip_prefix(start)?.strip_suffix(end),
        None => (pattern == word).then_some(""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_over_known_texts() {
        for (name, arguments, expected) in [
            ("subst", vec!["a", "b", "banana"], Some("bbnbnb")),
            ("patsubst", vec!["%.c", "%.o", "x.c y.d"], Some("x.o y.d")),
            ("word", vec!["2", "a b c"], Some("b")),
            ("filter", vec!["a% c", "ab b c"], Some("ab c")),
            ("filter-out", vec!["a%", "ab b"], Some("b")),
            ("addprefix", vec!["deploy-", "a b"], Some("deploy-a deploy-b")),
            ("sort", vec!["b a b"], Some("a b")),
            ("shell", vec!["date"], None),
        ] {
            let arguments: Vec<String> = arguments.into_iter().map(str::to_owned).collect();
            assert_eq!(apply(name, &arguments).as_deref(), expected, "{name}");
        }
    }
}
