//! `count` and `for_each`: which instances of a resource or call there are.

use std::fmt;
use std::sync::Arc;

use super::{Address, ModuleId, Node, World};
use crate::model::{Why, WhyKind};
use crate::terraform::evaluate::{Failure, Scope, evaluate};
use crate::terraform::syntax::{Body, Expr};
use crate::terraform::value::{Fields, Kind, Type, Value, Whys, convert};

/// The largest number of instances of one block.
const MAX_INSTANCES: i64 = 10_000;

/// The instances of a block.
#[derive(Clone, Debug, PartialEq)]
pub enum Expansion {
    /// Neither `count` nor `for_each`.
    Single,
    /// `count`
    Count(i64),
    /// `for_each`, by key.
    Each(Fields),
    /// The number or the keys cannot be told: one symbolic instance.
    Unknown {
        /// Why.
        whys: Whys,
        /// True for `for_each`.
        each: bool,
    },
}

/// The key of an instance.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    /// The one instance of a block that does not repeat.
    None,
    /// Of `count`.
    Index(i64),
    /// Of `for_each`.
    Name(Arc<str>),
    /// It stands for any number of instances.
    Symbolic,
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => Ok(()),
            Self::Index(index) => write!(f, "[{index}]"),
            Self::Name(name) => write!(f, "[\"{}\"]", quoted(name)),
            Self::Symbolic => f.write_str("[?]"),
        }
    }
}

/// A key as Terraform quotes it in an address.
fn quoted(name: &str) -> String {
    let mut text = String::with_capacity(name.len());
    let mut rest = name.chars().peekable();
    while let Some(own) = rest.next() {
        match own {
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '$' | '%' if rest.peek() == Some(&'{') => text.extend([own, own]),
            own if own.is_control() => text.push_str(&format!("\\u{:04x}", u32::from(own))),
            own => text.push(own),
        }
    }
    text
}

impl Expansion {
    /// The keys, in order.
    pub fn keys(&self) -> Vec<Key> {
        match self {
            Self::Single => vec![Key::None],
            Self::Count(count) => (0..*count).map(Key::Index).collect(),
            Self::Each(items) => items.keys().cloned().map(Key::Name).collect(),
            Self::Unknown { .. } => vec![Key::Symbolic],
        }
    }

    /// Why the instances cannot be told; empty where they can.
    pub fn presence(&self) -> Whys {
        match self {
            Self::Unknown { whys, .. } => whys.clone(),
            _ => Whys::default(),
        }
    }
}

/// The instances of a resource, data source or call.
pub fn expand(world: &World, module: ModuleId, address: &Address, body: &Body) -> Arc<Expansion> {
    let key = (module, address.clone());
    if let Some(known) = world.expansions.borrow().get(&key) {
        return known.clone();
    }
    let (name, attribute) = match (body.attribute("count"), body.attribute("for_each")) {
        (Some(count), each) => (if each.is_some() { "both" } else { "count" }, count),
        (None, Some(each)) => ("for_each", each),
        (None, None) => return Arc::new(Expansion::Single),
    };
    let scope = Scope::module(module);
    let node = Node::Repetition(address.clone());
    let value = world.memoised(module, node, attribute.expr.span, || {
        if name == "both" {
            return Err(Failure::at(attribute.expr.span, format!("{address} has both count and for_each")));
        }
        let value = evaluate(world, &scope, &attribute.expr)?;
        if name == "count" { counted(&value, &attribute.expr) } else { keyed(&value, &attribute.expr) }
    });
    let expansion = Arc::new(match &value.kind {
        Kind::Number(number) => match number.to_i64() {
            Some(count) if (0..=MAX_INSTANCES).contains(&count) => Expansion::Count(count),
            _ => {
                let text = format!("{address} has more than {MAX_INSTANCES} instances");
                let why = Why::at(WhyKind::Limit, text, world.origin(Some(module), attribute.expr.span));
                Expansion::Unknown { whys: Whys::one(why), each: false }
            }
        },
        Kind::Object(object) => Expansion::Each(object.fields.clone()),
        _ => Expansion::Unknown { whys: value.whys(), each: name == "for_each" },
    });
    // A value that is found while its own repetition is being computed is not the final one.
    if !value.whys().as_slice().iter().any(|why| why.kind == WhyKind::Cycle) {
        world.expansions.borrow_mut().insert(key, expansion.clone());
    }
    expansion
}

/// A whole number that is not negative, or unknown.
fn counted(value: &Value, expr: &Expr) -> Result<Value, Failure> {
    let fail = |text: String| Failure::at(expr.span, text);
    if value.is_null() {
        return Err(fail("count is null".to_owned()));
    }
    let number = convert(value, &Type::Number).map_err(|text| fail(format!("count: {text}")))?;
    match number.as_number() {
        None => Ok(number),
        Some(count) if count.is_whole() && count.signum() >= 0 => Ok(number),
        Some(count) => Err(fail(format!("count is {count}: a whole number that is not negative is required"))),
    }
}

/// An object of the instances, or unknown.
fn keyed(value: &Value, expr: &Expr) -> Result<Value, Failure> {
    let fail = |text: &str| Err(Failure::at(expr.span, text));
    if value.sensitive {
        return fail("for_each is sensitive");
    }
    match &value.kind {
        Kind::Null(_) => fail("for_each is null"),
        Kind::Unknown(_) => Ok(value.clone()),
        Kind::Map(_, items) => Ok(Value::object((**items).clone())),
        Kind::Object(object) if object.open.is_some() => Ok(Value::unknown(Type::Dynamic, value.whys())),
        Kind::Object(object) => Ok(Value::object(object.fields.clone())),
        Kind::Set(_, items) => {
            if items.iter().any(Value::is_unknown) {
                return Ok(Value::unknown(Type::Dynamic, value.whys()));
            }
            let mut keys = Fields::new();
            for item in items.iter() {
                match item.as_str() {
                    Some(text) => keys.insert(Arc::from(text), item.clone()),
                    None => return fail("for_each needs a set of strings"),
                };
            }
            Ok(Value::object(keys))
        }
        _ => fail("for_each needs a map or a set of strings"),
    }
}

/// The scope of one instance's arguments.
pub fn key_scope(module: ModuleId, expansion: &Expansion, key: &Key) -> Scope {
    let scope = Scope::module(module);
    let one = |name: &str, fields: Vec<(&str, Value)>| {
        let fields = fields.into_iter().map(|(name, value)| (Arc::from(name), value)).collect();
        scope.bind(&Arc::from(name), Value::object(fields))
    };
    match (expansion, key) {
        (_, Key::Index(index)) => one("count", vec![("index", Value::int(*index))]),
        (Expansion::Each(items), Key::Name(name)) => {
            let value = items.get(name).cloned().unwrap_or_else(Value::null);
            one("each", vec![("key", Value::string(name)), ("value", value)])
        }
        (Expansion::Unknown { whys, each: true }, _) => one(
            "each",
            vec![
                ("key", Value::unknown_not_null(Type::String, whys.clone())),
                ("value", Value::unknown(Type::Dynamic, whys.clone())),
            ],
        ),
        (Expansion::Unknown { whys, each: false }, _) => {
            one("count", vec![("index", Value::unknown_not_null(Type::Number, whys.clone()))])
        }
        _ => scope,
    }
}
