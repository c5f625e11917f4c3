//! What runs before a migration, and what a migration lost.
//!
//! | file | subject |
//! | --- | --- |
//! | [`process`] | one command, with a time limit and the end of its output |
//! | [`identities`] | what is recorded before a migration |
//! | [`compare`] | what is lost afterwards, told apart from what has moved |
//! | [`hook`] | the git hook that runs the gate |

pub mod compare;
pub mod hook;
pub mod identities;
pub mod process;
