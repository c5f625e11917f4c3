//! Functions, classes, imports and assignments: what gives names their values.
//!
//! | file | subject |
//! | --- | --- |
//! | `assignments` | to names, attributes, items, and to several targets at once |
//! | `classes` | class definitions, enums and dataclasses included |
//! | `functions` | function definitions and their decorators |
//! | `imports` | what an imported name stands for |
//! | `names` | what a name means where it is used |

mod assignments;
mod classes;
mod functions;
mod imports;
mod names;

pub use assignments::put;
