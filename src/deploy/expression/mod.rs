//! The expression language of GitHub Actions, and that of Azure Pipelines, which differs in few places.
//!
//! Sources: "Evaluate expressions in workflows and actions" of GitHub's documentation, "Expressions" of Azure
//! Pipelines'.
//!
//! | file | subject |
//! | --- | --- |
//! | `parse` | from text to a tree |
//! | `evaluate` | a tree's value, as far as it is known |
//! | `functions` | the functions |
//! | `value` | values, their truth and their comparison |

mod evaluate;
mod functions;
mod parse;
#[cfg(test)]
mod tests;
mod value;

pub use evaluate::{Contexts, Dialect, evaluate, holds};
pub use value::Value;
