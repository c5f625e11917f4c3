//! x
use super::repository::Repository;
use crate::model::{DeployDeclarations, SourceFile};
/// x
pub fn read(_: &SourceFile, _: &Repository<'_>, _: &mut DeployDeclarations) {}
