//! The words of the table: what a resource's body may hold, and what is known of what it leaves out.

use crate::model::RefusedBy;

/// A resource type of the provider.
#[derive(Debug, PartialEq)]
pub struct Resource {
    /// The type.
    pub kind: &'static str,
    /// Its arguments, blocks and attributes.
    pub body: &'static Body,
    /// How its `id` is put together; `None` where the API makes it up, or it is not certain.
    pub id: Option<&'static str>,
    /// What stands before the id in `self_link`; `None` where there is no such attribute, or it is not certain.
    pub link: Option<&'static str>,
    /// What its arguments demand of each other.
    pub together: &'static [Together],
}

/// The content of a resource or of a nested block.
#[derive(Debug, PartialEq)]
pub struct Body {
    /// What it may hold.
    pub fields: &'static [Field],
    /// True where nothing else may stand in it, as of [`super::PROVIDER`]. A body that is not described is open.
    pub complete: bool,
}

/// One argument, block or attribute.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// What it looks like.
    pub shape: Shape,
    /// Who gives it its value.
    pub given: Given,
    /// The values that are accepted.
    pub limit: Limit,
}

/// The forms of fields.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Shape {
    /// A string.
    Text,
    /// A number.
    Number,
    /// A boolean.
    Flag,
    /// A list of strings.
    List,
    /// A set of strings.
    Set,
    /// A map of strings.
    Map,
    /// A block.
    Block(&'static Body),
    /// Something else, which is not described.
    Other,
}

/// Who gives a field its value. The difference between the last three decides whether a field that is left out is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Given {
    /// The configuration, always.
    Required,
    /// The configuration; null (no block) where it is left out.
    Optional,
    /// The configuration; the provider plans this value where it is left out.
    Default(Literal),
    /// The configuration, else the argument of the same name of the provider's configuration.
    Provider,
    /// The configuration, else the API: what is left out is not known.
    Either,
    /// The API alone: it cannot be configured.
    Computed,
}

/// A value that the provider plans.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Literal {
    /// A string.
    Text(&'static str),
    /// A whole number.
    Number(i64),
    /// A boolean.
    Flag(bool),
}

/// The values that the provider or the API accepts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Limit {
    /// Nothing is known of it.
    None,
    /// A whole number of a range, a multiple of `step`.
    Between {
        /// The smallest.
        least: i64,
        /// The largest.
        most: i64,
        /// All values are multiples of this.
        step: i64,
    },
    /// One of some words.
    OneOf(&'static [&'static str]),
    /// A text of a form.
    Form(Form),
}

/// Forms of texts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Form {
    /// A name of Compute Engine: RFC 1035, 1 to 63 characters.
    ComputeName,
    /// A connector's name: the same, at most 25 characters.
    ConnectorName,
    /// A Cloud Run name: the same, fewer than 50 characters.
    RunName,
    /// An address range.
    Range,
    /// The range of a connector: IPv4, a /28.
    ConnectorRange,
    /// A network by its full name: `projects/…/global/networks/…`.
    FullNetwork,
}

/// What arguments of one resource demand of each other. Paths lead through blocks: `template.vpc_access.connector`.
#[derive(Debug, PartialEq)]
pub struct Together {
    /// The demand.
    pub demand: Demand,
    /// Who refuses what does not meet it.
    pub refused_by: RefusedBy,
}

/// The demands.
#[derive(Debug, PartialEq)]
pub enum Demand {
    /// At most one of them may be set.
    AtMostOne(&'static [&'static str]),
    /// Exactly one of them has to be set.
    ExactlyOne(&'static [&'static str]),
    /// The first is of no use without the second.
    Needs(&'static str, &'static str),
    /// The first is smaller than the second.
    Less(&'static str, &'static str),
}

impl Body {
    /// The field of this name.
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}

impl Field {
    /// The same field, with a limit on its values.
    pub(super) const fn limit(mut self, limit: Limit) -> Self {
        self.limit = limit;
        self
    }

    /// True where the configuration may hold it.
    pub fn is_configurable(&self) -> bool {
        self.given != Given::Computed
    }
}

const fn field(name: &'static str, shape: Shape, given: Given) -> Field {
    Field { name, shape, given, limit: Limit::None }
}

pub(super) const fn required(name: &'static str, shape: Shape) -> Field {
    field(name, shape, Given::Required)
}

pub(super) const fn optional(name: &'static str, shape: Shape) -> Field {
    field(name, shape, Given::Optional)
}

pub(super) const fn either(name: &'static str, shape: Shape) -> Field {
    field(name, shape, Given::Either)
}

pub(super) const fn computed(name: &'static str, shape: Shape) -> Field {
    field(name, shape, Given::Computed)
}

pub(super) const fn provider(name: &'static str) -> Field {
    field(name, Shape::Text, Given::Provider)
}

pub(super) const fn text(name: &'static str, default: &'static str) -> Field {
    field(name, Shape::Text, Given::Default(Literal::Text(default)))
}

pub(super) const fn number(name: &'static str, default: i64) -> Field {
    field(name, Shape::Number, Given::Default(Literal::Number(default)))
}

pub(super) const fn flag(name: &'static str, default: bool) -> Field {
    field(name, Shape::Flag, Given::Default(Literal::Flag(default)))
}

pub(super) const fn body(fields: &'static [Field]) -> Body {
    Body { fields, complete: true }
}

/// A block whose content is not described.
pub(super) static UNDESCRIBED: Body = Body { fields: &[], complete: false };

pub(super) const fn plan(demand: Demand) -> Together {
    Together { demand, refused_by: RefusedBy::Plan }
}

pub(super) const fn api(demand: Demand) -> Together {
    Together { demand, refused_by: RefusedBy::Api }
}
