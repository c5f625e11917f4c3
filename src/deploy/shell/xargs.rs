//! `xargs`, over an input that is known.

use super::Shell;
use super::command::Site;
use super::flow::Flow;
use super::state::Status;
use super::text::{Field, Text};

impl<'a> Shell<'a> {
    /// `xargs -n1` and `xargs -I{}` over a known input.
    pub(super) fn xargs(&mut self, arguments: &[Field], site: &Site<'_, 'a>) -> Flow {
        self.state.status = Status::Assumed(true);
        let mut rest = arguments;
        let (mut one, mut lines, mut replaced) = (false, false, None);
        while let Some((first, tail)) = rest.split_first() {
            match first.known() {
                Some("-n") if tail.first().and_then(Field::known) == Some("1") => {
                    one = true;
                    rest = tail.get(1..).unwrap_or_default();
                }
                Some("-n1") => {
                    one = true;
                    rest = tail;
                }
                Some("-L") if tail.first().and_then(Field::known) == Some("1") => {
                    lines = true;
                    rest = tail.get(1..).unwrap_or_default();
                }
                Some("-L1") => {
                    lines = true;
                    rest = tail;
                }
                Some("-I") => {
                    replaced = tail.first().and_then(Field::known).map(str::to_owned);
                    rest = tail.get(1..).unwrap_or_default();
                }
                Some(flag) if flag.starts_with("-I") => {
                    replaced = flag.get(2..).map(str::to_owned);
                    rest = tail;
                }
                Some("-r" | "-t") => rest = tail,
                Some("-P") => rest = tail.get(1..).unwrap_or_default(),
                Some(flag) if flag.starts_with("-P") => rest = tail,
                Some(flag) if flag.starts_with('-') => {
                    self.wrapped(arguments, site);
                    return Flow::Next;
                }
                _ => break,
            }
        }
        let input = self.state.input.take().and_then(|text| text.known().map(str::to_owned));
        let words: Option<Vec<Text>> =
            rest.iter().map(|field| if let Field::Word(text) = field { Some(text.clone()) } else { None }).collect();
        // A line that ends in a blank goes on in the next one.
        let goes_on = |text: &str| lines && text.lines().any(|line| line.ends_with([' ', '\t']));
        let plain = input.filter(|text| !text.contains(['\'', '"', '\\']) && !goes_on(text));
        let (Some(input), Some(words)) = (plain, words) else {
            self.wrapped(arguments, site);
            return Flow::Next;
        };
        let entries: Vec<String> = if replaced.is_some() {
            input.lines().map(|line| line.trim_start().to_owned()).filter(|line| !line.is_empty()).collect()
        } else {
            input.split_whitespace().map(str::to_owned).collect()
        };
        let runs: Vec<Vec<Field>> = match &replaced {
            Some(mark) if !mark.is_empty() => entries
                .iter()
                .map(|entry| {
                    let put = |text: &Text| {
                        let mut text = text.clone();
                        for part in &mut text.0 {
                            if let super::text::Part::Lit(known) = part {
                                *known = known.replace(mark.as_str(), entry);
                            }
                        }
                        Field::Word(text)
                    };
                    words.iter().map(put).collect()
                })
                .collect(),
            _ => {
                let start: Vec<Field> = words.into_iter().map(Field::Word).collect();
                let entry = |entry: &String| Field::Word(Text::lit(entry.as_str()));
                if lines {
                    let words = |line: &str| {
                        line.split_whitespace().map(|word| Field::Word(Text::lit(word))).collect::<Vec<_>>()
                    };
                    let filled = input.lines().map(words).filter(|words| !words.is_empty());
                    filled.map(|words| start.iter().cloned().chain(words).collect()).collect()
                } else if one {
                    entries.iter().map(|word| start.iter().cloned().chain([entry(word)]).collect()).collect()
                } else {
                    vec![start.iter().cloned().chain(entries.iter().map(entry)).collect()]
                }
            }
        };
        for run in runs {
            if self.outside(run, site) == Flow::Exit {
                return Flow::Exit;
            }
        }
        Flow::Next
    }
}
