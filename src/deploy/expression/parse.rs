//! From text to a tree.

/// An expression.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Expr {
    Null,
    Bool(bool),
    Number(f64),
    Text(String),
    /// A context or one of its values: `env.NAME`, `matrix['x']`, `needs.*.result`.
    Path(String, Vec<Step>),
    Call(String, Vec<Expr>),
    /// What a call or parenthesis gives, and the way into it.
    In(Box<Expr>, Vec<Step>),
    Not(Box<Expr>),
    And(Box<Expr>, Box<Expr>),
    Or(Box<Expr>, Box<Expr>),
    /// A comparison: its operator and both sides.
    Compare(&'static str, Box<Expr>, Box<Expr>),
}

/// A step into a value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Step {
    Key(String),
    Index(Box<Expr>),
    All,
}

/// The longest text that is parsed, in characters.
const MAX_TEXT: usize = 10_000;
/// The deepest nesting that is parsed.
const MAX_DEPTH: usize = 50;

const OPERATORS: [&str; 14] = ["&&", "||", "==", "!=", "<=", ">=", "<", ">", "!", "(", ")", "[", "]", ","];

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Op(&'static str),
    Dot,
    Star,
    Number(f64),
    Text(String),
    Name(String),
}

/// Parses an expression; `None` where it is none.
pub(super) fn parse(text: &str) -> Option<Expr> {
    if text.len() > MAX_TEXT {
        return None;
    }
    let mut parser = Parser { tokens: tokens(text)?, at: 0, depth: 0 };
    let expression = parser.or()?;
    (parser.at == parser.tokens.len()).then_some(expression)
}

fn tokens(text: &str) -> Option<Vec<Token>> {
    let characters: Vec<char> = text.chars().collect();
    let character = |at: usize| characters.get(at).copied();
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(next) = character(at) {
        if next.is_whitespace() {
            at += 1;
            continue;
        }
        if next == '\'' {
            let mut value = String::new();
            at += 1;
            loop {
                match (character(at)?, character(at + 1)) {
                    ('\'', Some('\'')) => {
                        value.push('\'');
                        at += 2;
                    }
                    ('\'', _) => break,
                    (other, _) => {
                        value.push(other);
                        at += 1;
                    }
                }
            }
            at += 1;
            tokens.push(Token::Text(value));
            continue;
        }
        let after_value = matches!(tokens.last(), Some(Token::Name(_) | Token::Op(")" | "]") | Token::Star));
        if next == '.' && after_value {
            tokens.push(Token::Dot);
            at += 1;
            continue;
        }
        if next == '*' {
            tokens.push(Token::Star);
            at += 1;
            continue;
        }
        let is_number = next.is_ascii_digit()
            || matches!(next, '-' | '+' | '.')
                && character(at + 1).is_some_and(|next| next.is_ascii_digit() || next == '.');
        let word: String = characters
            .get(at..)?
            .iter()
            .take_while(|next| next.is_alphanumeric() || matches!(next, '_' | '-'))
            .collect();
        if is_number && tokens.last() != Some(&Token::Dot) {
            let digits: String = characters
                .get(at..)?
                .iter()
                .enumerate()
                .take_while(|(step, next)| {
                    next.is_ascii_alphanumeric() || **next == '.' || *step == 0 && matches!(next, '-' | '+')
                })
                .map(|(_, next)| *next)
                .collect();
            at += digits.chars().count();
            let number = match digits.strip_prefix("0x") {
                Some(hex) => i64::from_str_radix(hex, 16).ok()? as f64,
                None => digits.parse().ok()?,
            };
            tokens.push(Token::Number(number));
            continue;
        }
        if !word.is_empty() && !word.starts_with('-') {
            at += word.chars().count();
            tokens.push(Token::Name(word));
            continue;
        }
        let rest: String = characters.get(at..at + 2).or(characters.get(at..at + 1))?.iter().collect();
        let operator = OPERATORS.into_iter().find(|operator| rest.starts_with(operator))?;
        at += operator.len();
        tokens.push(Token::Op(operator));
    }
    Some(tokens)
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
}

impl Parser {
    fn takes(&mut self, operator: &str) -> bool {
        let is_next = matches!(self.tokens.get(self.at), Some(Token::Op(next)) if *next == operator);
        self.at += usize::from(is_next);
        is_next
    }

    fn or(&mut self) -> Option<Expr> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return None;
        }
        let mut left = self.and()?;
        while self.takes("||") {
            left = Expr::Or(Box::new(left), Box::new(self.and()?));
        }
        self.depth -= 1;
        Some(left)
    }

    fn and(&mut self) -> Option<Expr> {
        let mut left = self.comparison()?;
        while self.takes("&&") {
            left = Expr::And(Box::new(left), Box::new(self.comparison()?));
        }
        Some(left)
    }

    fn comparison(&mut self) -> Option<Expr> {
        let mut left = self.not()?;
        while let Some(Token::Op(operator @ ("==" | "!=" | "<" | "<=" | ">" | ">="))) =
            self.tokens.get(self.at).cloned()
        {
            self.at += 1;
            left = Expr::Compare(operator, Box::new(left), Box::new(self.not()?));
        }
        Some(left)
    }

    fn not(&mut self) -> Option<Expr> {
        let mut negations = 0;
        while self.takes("!") {
            negations += 1;
        }
        let mut inner = self.primary()?;
        // Twice is not nothing: it makes a truth value.
        for _ in 0..if negations > 2 { 2 - negations % 2 } else { negations } {
            inner = Expr::Not(Box::new(inner));
        }
        Some(inner)
    }

    fn primary(&mut self) -> Option<Expr> {
        let token = self.tokens.get(self.at).cloned()?;
        self.at += 1;
        match token {
            Token::Number(number) => Some(Expr::Number(number)),
            Token::Text(text) => Some(Expr::Text(text)),
            Token::Op("(") => {
                let inner = self.or()?;
                if !self.takes(")") {
                    return None;
                }
                self.with_steps(inner)
            }
            Token::Name(name) if self.takes("(") => {
                let mut arguments = Vec::new();
                if !self.takes(")") {
                    loop {
                        arguments.push(self.or()?);
                        if self.takes(")") {
                            break;
                        }
                        if !self.takes(",") {
                            return None;
                        }
                    }
                }
                self.with_steps(Expr::Call(name.to_lowercase(), arguments))
            }
            Token::Name(name) => Some(match (&*name.to_lowercase(), self.steps()?) {
                ("true", steps) if steps.is_empty() => Expr::Bool(true),
                ("false", steps) if steps.is_empty() => Expr::Bool(false),
                ("null", steps) if steps.is_empty() => Expr::Null,
                (_, steps) => Expr::Path(name, steps),
            }),
            _ => None,
        }
    }

    fn with_steps(&mut self, inner: Expr) -> Option<Expr> {
        let steps = self.steps()?;
        Some(if steps.is_empty() { inner } else { Expr::In(Box::new(inner), steps) })
    }

    fn steps(&mut self) -> Option<Vec<Step>> {
        let mut steps = Vec::new();
        loop {
            if self.tokens.get(self.at) == Some(&Token::Dot) {
                match self.tokens.get(self.at + 1) {
                    Some(Token::Name(name)) => steps.push(Step::Key(name.clone())),
                    Some(Token::Star) => steps.push(Step::All),
                    _ => return None,
                }
                self.at += 2;
            } else if self.takes("[") {
                if self.tokens.get(self.at) == Some(&Token::Star) {
                    self.at += 1;
                    steps.push(Step::All);
                } else {
                    steps.push(match self.or()? {
                        Expr::Text(key) => Step::Key(key),
                        other => Step::Index(Box::new(other)),
                    });
                }
                if !self.takes("]") {
                    return None;
                }
            } else {
                return Some(steps);
            }
        }
    }
}
