//! Functions whose results are not known before Terraform runs, or must not be: they differ from run to run, hold a
//! secret, or are free to differ between versions.

use super::super::value::{Type, Value};
use super::{Args, Context};
use crate::model::WhyKind;

type Outcome = Result<Value, String>;

fn differs(context: &Context<'_>, args: &Args) -> Outcome {
    let text = format!("the result of {} differs from run to run", args.name());
    Ok(context.unknown(Type::String, WhyKind::NonDeterministic, text))
}

pub(super) fn bcrypt(context: &Context<'_>, args: &Args) -> Outcome {
    differs(context, args)
}

pub(super) fn plantimestamp(context: &Context<'_>, args: &Args) -> Outcome {
    differs(context, args)
}

pub(super) fn timestamp(context: &Context<'_>, args: &Args) -> Outcome {
    differs(context, args)
}

pub(super) fn uuid(context: &Context<'_>, args: &Args) -> Outcome {
    differs(context, args)
}

/// The result is a secret.
pub(super) fn rsadecrypt(context: &Context<'_>, _: &Args) -> Outcome {
    Ok(context.unknown(Type::String, WhyKind::NonDeterministic, "rsadecrypt gives a secret").marked(true))
}

/// Many compressed texts stand for the same one; which of them is made depends on Terraform's version.
pub(super) fn base64gzip(context: &Context<'_>, _: &Args) -> Outcome {
    let text = "the bytes that base64gzip gives depend on Terraform's version";
    Ok(context.unknown(Type::String, WhyKind::NonDeterministic, text))
}
