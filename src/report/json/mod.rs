//! The report that a program reads. Each version of the format is a frozen copy of the model in its own file: internal
//! types may change, a published version only ever gains fields.

mod convert;
pub mod diagnose;
pub mod health;
pub mod premigrate;
pub mod probe;
#[cfg(test)]
mod tests;
pub mod v1;
