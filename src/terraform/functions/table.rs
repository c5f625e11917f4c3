//! The table of functions.

use super::super::value::Type;
use super::Unknowns::{Anywhere, Inside, Nowhere};
use super::{Function, Param, Unknowns};
use super::{collection, convert, encoding, files, format, network, numeric, sets, text};

const fn param(ty: fn() -> Type) -> Param {
    Param { ty, nullable: false }
}

const ANY: Param = param(any);
const NULLABLE: Param = Param { ty: any, nullable: true };
const STR: Param = param(string);
const NUM: Param = param(number);
const STRS: Param = param(strings);
const LIST: Param = param(list);
const SET: Param = param(set);
const BOOLS: Param = param(bools);

fn any() -> Type {
    Type::Dynamic
}
fn string() -> Type {
    Type::String
}
fn number() -> Type {
    Type::Number
}
fn boolean() -> Type {
    Type::Bool
}
fn strings() -> Type {
    Type::list(Type::String)
}
fn numbers() -> Type {
    Type::list(Type::Number)
}
fn bools() -> Type {
    Type::list(Type::Bool)
}
fn list() -> Type {
    Type::list(Type::Dynamic)
}
fn set() -> Type {
    Type::set(Type::Dynamic)
}
fn map() -> Type {
    Type::map(Type::Dynamic)
}
fn string_set() -> Type {
    Type::set(Type::String)
}
fn string_lists() -> Type {
    Type::map(Type::list(Type::String))
}

type Run = fn(&super::Context<'_>, &super::Args) -> Result<super::super::value::Value, String>;

const fn plain(
    name: &'static str,
    params: &'static [Param],
    returns: fn() -> Type,
    unknowns: Unknowns,
    run: Run,
) -> Function {
    Function { name, params, variadic: None, returns, unknowns, run }
}

const fn variadic(
    name: &'static str,
    params: &'static [Param],
    rest: Param,
    returns: fn() -> Type,
    unknowns: Unknowns,
    run: Run,
) -> Function {
    Function { name, params, variadic: Some(rest), returns, unknowns, run }
}

/// Every function that is evaluated, by name.
pub(super) static FUNCTIONS: &[Function] = &[
    plain("abs", &[NUM], number, Nowhere, numeric::abs),
    plain("abspath", &[STR], string, Nowhere, files::abspath),
    plain("alltrue", &[BOOLS], boolean, Inside, collection::alltrue),
    plain("anytrue", &[BOOLS], boolean, Inside, collection::anytrue),
    plain("base64decode", &[STR], string, Nowhere, encoding::base64decode),
    plain("base64encode", &[STR], string, Nowhere, encoding::base64encode),
    plain("basename", &[STR], string, Nowhere, files::basename),
    plain("ceil", &[NUM], number, Nowhere, numeric::ceil),
    plain("chomp", &[STR], string, Nowhere, text::chomp),
    plain("chunklist", &[LIST, NUM], list, Inside, collection::chunklist),
    plain("cidrhost", &[STR, NUM], string, Nowhere, network::cidrhost),
    plain("cidrnetmask", &[STR], string, Nowhere, network::cidrnetmask),
    plain("cidrsubnet", &[STR, NUM, NUM], string, Nowhere, network::cidrsubnet),
    variadic("cidrsubnets", &[STR], NUM, strings, Nowhere, network::cidrsubnets),
    variadic("coalesce", &[], NULLABLE, any, Anywhere, collection::coalesce),
    variadic("coalescelist", &[], NULLABLE, any, Anywhere, collection::coalescelist),
    plain("compact", &[STRS], strings, Nowhere, collection::compact),
    variadic("concat", &[], ANY, any, Inside, collection::concat),
    plain("contains", &[ANY, ANY], boolean, Anywhere, collection::contains),
    plain("dirname", &[STR], string, Nowhere, files::dirname),
    plain("distinct", &[LIST], list, Nowhere, collection::distinct),
    plain("element", &[ANY, NUM], any, Inside, collection::element),
    plain("endswith", &[STR, STR], boolean, Nowhere, text::endswith),
    plain("ephemeralasnull", &[NULLABLE], any, Anywhere, convert::same),
    plain("file", &[STR], string, Nowhere, files::file),
    plain("filebase64", &[STR], string, Nowhere, files::filebase64),
    plain("fileexists", &[STR], boolean, Nowhere, files::fileexists),
    plain("fileset", &[STR, STR], string_set, Nowhere, files::fileset),
    plain("flatten", &[ANY], any, Inside, collection::flatten),
    plain("floor", &[NUM], number, Nowhere, numeric::floor),
    variadic("format", &[STR], NULLABLE, string, Nowhere, format::format),
    variadic("formatlist", &[STR], NULLABLE, strings, Nowhere, format::formatlist),
    plain("indent", &[NUM, STR], string, Nowhere, text::indent),
    plain("index", &[ANY, ANY], number, Nowhere, collection::index),
    plain("issensitive", &[NULLABLE], boolean, Anywhere, convert::issensitive),
    variadic("join", &[STR], STRS, string, Nowhere, text::join),
    plain("jsondecode", &[STR], any, Nowhere, encoding::jsondecode),
    plain("jsonencode", &[NULLABLE], string, Nowhere, encoding::jsonencode),
    plain("keys", &[ANY], any, Inside, collection::keys),
    plain("length", &[ANY], number, Inside, collection::length),
    plain("log", &[NUM, NUM], number, Nowhere, numeric::log),
    variadic("lookup", &[ANY, STR], NULLABLE, any, Anywhere, collection::lookup),
    plain("lower", &[STR], string, Nowhere, text::lower),
    plain("matchkeys", &[LIST, LIST, LIST], list, Nowhere, collection::matchkeys),
    variadic("max", &[], NUM, number, Nowhere, numeric::max),
    variadic("merge", &[], NULLABLE, any, Inside, collection::merge),
    variadic("min", &[], NUM, number, Nowhere, numeric::min),
    plain("nonsensitive", &[NULLABLE], any, Anywhere, convert::nonsensitive),
    plain("one", &[ANY], any, Inside, collection::one),
    plain("parseint", &[ANY, NUM], number, Nowhere, numeric::parseint),
    plain("pathexpand", &[STR], string, Nowhere, files::pathexpand),
    plain("pow", &[NUM, NUM], number, Nowhere, numeric::pow),
    variadic("range", &[], NUM, numbers, Nowhere, numeric::range),
    plain("regex", &[STR, STR], any, Nowhere, text::regex),
    plain("regexall", &[STR, STR], list, Nowhere, text::regexall),
    plain("replace", &[STR, STR, STR], string, Nowhere, text::replace),
    plain("reverse", &[ANY], any, Inside, collection::reverse),
    plain("sensitive", &[NULLABLE], any, Anywhere, convert::sensitive),
    variadic("setintersection", &[SET], SET, set, Nowhere, sets::setintersection),
    variadic("setproduct", &[], ANY, any, Nowhere, sets::setproduct),
    plain("setsubtract", &[SET, SET], set, Nowhere, sets::setsubtract),
    variadic("setunion", &[SET], SET, set, Nowhere, sets::setunion),
    plain("signum", &[NUM], number, Nowhere, numeric::signum),
    plain("slice", &[ANY, NUM, NUM], any, Inside, collection::slice),
    plain("sort", &[STRS], strings, Nowhere, collection::sort),
    plain("split", &[STR, STR], strings, Nowhere, text::split),
    plain("startswith", &[STR, STR], boolean, Anywhere, text::startswith),
    plain("strcontains", &[STR, STR], boolean, Nowhere, text::strcontains),
    plain("strrev", &[STR], string, Nowhere, text::strrev),
    plain("substr", &[STR, NUM, NUM], string, Nowhere, text::substr),
    plain("sum", &[ANY], number, Nowhere, numeric::sum),
    plain("templatefile", &[STR, ANY], any, Inside, files::templatefile),
    plain("templatestring", &[STR, ANY], string, Inside, files::templatestring),
    plain("title", &[STR], string, Nowhere, text::title),
    plain("tobool", &[NULLABLE], boolean, Anywhere, convert::tobool),
    plain("tolist", &[NULLABLE], list, Anywhere, convert::tolist),
    plain("tomap", &[NULLABLE], map, Anywhere, convert::tomap),
    plain("tonumber", &[NULLABLE], number, Anywhere, convert::tonumber),
    plain("toset", &[NULLABLE], set, Anywhere, convert::toset),
    plain("tostring", &[NULLABLE], string, Anywhere, convert::tostring),
    plain("transpose", &[param(string_lists)], string_lists, Nowhere, collection::transpose),
    plain("trim", &[STR, STR], string, Nowhere, text::trim),
    plain("trimprefix", &[STR, STR], string, Nowhere, text::trimprefix),
    plain("trimspace", &[STR], string, Nowhere, text::trimspace),
    plain("trimsuffix", &[STR, STR], string, Nowhere, text::trimsuffix),
    plain("upper", &[STR], string, Nowhere, text::upper),
    plain("urlencode", &[STR], string, Nowhere, encoding::urlencode),
    plain("values", &[ANY], any, Inside, collection::values),
    plain("zipmap", &[STRS, ANY], any, Inside, collection::zipmap),
];

/// Functions that exist and are not evaluated.
pub(super) const UNSUPPORTED: &[&str] = &[
    "base64gzip",
    "base64sha256",
    "base64sha512",
    "csvdecode",
    "filebase64sha256",
    "filebase64sha512",
    "filemd5",
    "filesha1",
    "filesha256",
    "filesha512",
    "formatdate",
    "md5",
    "sha1",
    "sha256",
    "sha512",
    "textdecodebase64",
    "textencodebase64",
    "timeadd",
    "timecmp",
    "uuidv5",
    "yamldecode",
    "yamlencode",
];

/// The function of a name.
pub(super) fn find(name: &str) -> Option<&'static Function> {
    let at = FUNCTIONS.binary_search_by(|function| function.name.cmp(name)).ok()?;
    FUNCTIONS.get(at)
}
