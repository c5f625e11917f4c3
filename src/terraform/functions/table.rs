//! The table of functions: what runs each, and what it makes of unknowns and marks. Everything else about them comes
//! from their signatures.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::super::value::{Type, Value};
use super::signatures::{SIGNATURES, Signature};
use super::{Args, Context};
use super::{
    charset, choice, convert, csv, date, encoding, files, format, hash, impure, lists, maps, network, numeric, regexes,
    sets, templates, text, yaml,
};

type Run = fn(&Context<'_>, &Args) -> Result<Value, String>;
type Gives = fn(&Args) -> Result<Type, String>;

/// Arguments, one bit each; the eighth bit stands for all from the eighth on.
type Places = u8;
const FIRST: Places = 1;
const THIRD: Places = 4;
const REST: Places = !FIRST;
const ALL: Places = !0;

/// How a function runs.
pub(super) struct Spec {
    pub(super) name: &'static str,
    pub(super) run: Run,
    /// The type of the result where an argument is not known; the signature's where there is none.
    pub(super) gives: Option<Gives>,
    /// Arguments with which the function runs though they are not known.
    unknown: Places,
    /// Arguments with which it runs though not even their type is known.
    untyped: Places,
    /// Arguments whose marks it passes on itself.
    marks: Places,
    /// True where a mark on such an argument itself, not on its elements, makes the whole result sensitive.
    pub(super) spreads_marks: bool,
    /// True where an unknown result may be null.
    pub(super) may_be_null: bool,
}

/// A function with its signature.
pub(super) struct Function {
    pub(super) spec: &'static Spec,
    pub(super) signature: &'static Signature,
}

fn has(places: Places, at: usize) -> bool {
    places & (1 << at.min(7)) != 0
}

impl Spec {
    const fn unknown(mut self, places: Places) -> Self {
        self.unknown = places;
        self
    }
    const fn untyped(mut self, places: Places) -> Self {
        self.untyped = places;
        self
    }
    /// Elements keep their marks; a mark on the argument itself goes to the result.
    const fn marks(mut self, places: Places) -> Self {
        self.marks = places;
        self
    }
    const fn gives(mut self, gives: Gives) -> Self {
        self.gives = Some(gives);
        self
    }
    const fn may_be_null(mut self) -> Self {
        self.may_be_null = true;
        self
    }
    /// The function decides about all marks.
    const fn own_marks(mut self) -> Self {
        self.marks = ALL;
        self.spreads_marks = false;
        self
    }

    pub(super) fn takes_unknown(&self, at: usize) -> bool {
        has(self.unknown, at)
    }
    pub(super) fn takes_untyped(&self, at: usize) -> bool {
        has(self.untyped, at)
    }
    pub(super) fn keeps_marks(&self, at: usize) -> bool {
        has(self.marks, at)
    }
}

/// Most functions: an unknown argument makes an unknown result that is not null, a mark anywhere marks all of it.
const fn plain(name: &'static str, run: Run) -> Spec {
    Spec { name, run, gives: None, unknown: 0, untyped: 0, marks: 0, spreads_marks: true, may_be_null: false }
}

/// A conversion.
const fn conversion(name: &'static str) -> Spec {
    plain(name, convert::run).untyped(ALL).marks(ALL).gives(convert::gives).may_be_null()
}

fn boolean(_: &Args) -> Result<Type, String> {
    Ok(Type::Bool)
}
fn string(_: &Args) -> Result<Type, String> {
    Ok(Type::String)
}
fn strings(_: &Args) -> Result<Type, String> {
    Ok(Type::list(Type::String))
}
fn number(_: &Args) -> Result<Type, String> {
    Ok(Type::Number)
}

/// Every function but `try` and `can`, by name.
pub(super) static SPECS: &[Spec] = &[
    plain("abs", numeric::abs),
    plain("abspath", files::abspath),
    plain("alltrue", choice::alltrue),
    plain("anytrue", choice::anytrue),
    plain("base64decode", encoding::base64decode),
    plain("base64encode", encoding::base64encode),
    plain("base64gzip", impure::base64gzip),
    plain("base64sha256", hash::base64sha256),
    plain("base64sha512", hash::base64sha512),
    plain("basename", files::basename),
    plain("bcrypt", impure::bcrypt),
    plain("ceil", numeric::ceil),
    plain("chomp", text::chomp),
    plain("chunklist", lists::chunklist).marks(ALL).gives(lists::chunklist_gives),
    plain("cidrhost", network::cidrhost),
    plain("cidrnetmask", network::cidrnetmask),
    plain("cidrsubnet", network::cidrsubnet),
    plain("cidrsubnets", network::cidrsubnets),
    plain("coalesce", choice::coalesce).unknown(ALL).untyped(ALL).marks(ALL),
    plain("coalescelist", choice::coalescelist).unknown(ALL).untyped(ALL),
    plain("compact", lists::compact),
    plain("concat", lists::concat).marks(ALL).gives(lists::concat_gives),
    plain("contains", lists::contains).gives(boolean),
    plain("csvdecode", csv::csvdecode),
    plain("dirname", files::dirname),
    plain("distinct", lists::distinct).gives(lists::same_type),
    plain("element", lists::element).marks(FIRST).gives(lists::element_gives).may_be_null(),
    plain("endswith", text::endswith),
    plain("ephemeralasnull", convert::same).unknown(ALL).untyped(ALL).own_marks().may_be_null(),
    plain("file", files::file),
    plain("filebase64", files::filebase64),
    plain("filebase64sha256", hash::filebase64sha256),
    plain("filebase64sha512", hash::filebase64sha512),
    plain("fileexists", files::fileexists),
    plain("filemd5", hash::filemd5),
    plain("fileset", files::fileset),
    plain("filesha1", hash::filesha1),
    plain("filesha256", hash::filesha256),
    plain("filesha512", hash::filesha512),
    plain("flatten", lists::flatten).marks(ALL),
    plain("floor", numeric::floor),
    plain("format", format::format).unknown(REST).gives(string),
    plain("formatdate", date::formatdate),
    plain("formatlist", format::formatlist).unknown(REST).gives(strings),
    plain("indent", text::indent),
    plain("index", lists::index).gives(number),
    plain("issensitive", convert::issensitive).unknown(ALL).untyped(ALL).own_marks().may_be_null(),
    plain("join", text::join),
    plain("jsondecode", encoding::jsondecode).gives(encoding::jsondecode_gives).may_be_null(),
    plain("jsonencode", encoding::jsonencode).unknown(ALL).untyped(ALL),
    plain("keys", maps::keys).unknown(ALL).marks(ALL),
    plain("length", lists::length).unknown(ALL).untyped(ALL).marks(ALL),
    plain("log", numeric::log),
    plain("lookup", maps::lookup).unknown(THIRD).untyped(THIRD).marks(ALL).gives(maps::lookup_gives).may_be_null(),
    plain("lower", text::lower),
    plain("matchkeys", lists::matchkeys).gives(lists::same_type),
    plain("max", numeric::max),
    plain("md5", hash::md5),
    plain("merge", maps::merge).untyped(ALL).marks(ALL).gives(maps::merge_gives),
    plain("min", numeric::min),
    plain("nonsensitive", convert::nonsensitive).unknown(ALL).untyped(ALL).own_marks().may_be_null(),
    plain("one", lists::one).gives(lists::one_gives).may_be_null(),
    plain("parseint", numeric::parseint).gives(numeric::parseint_gives),
    plain("pathexpand", files::pathexpand),
    plain("plantimestamp", impure::plantimestamp),
    plain("pow", numeric::pow),
    plain("range", numeric::range),
    plain("regex", regexes::regex).gives(regexes::regex_gives),
    plain("regexall", regexes::regexall).gives(regexes::regexall_gives),
    plain("replace", text::replace),
    plain("reverse", lists::reverse).marks(ALL).gives(lists::reverse_gives),
    plain("rsadecrypt", impure::rsadecrypt),
    plain("sensitive", convert::sensitive).unknown(ALL).untyped(ALL).own_marks().may_be_null(),
    plain("setintersection", sets::setintersection).gives(sets::gives),
    plain("setproduct", sets::setproduct).marks(ALL).gives(sets::setproduct_gives),
    plain("setsubtract", sets::setsubtract).gives(sets::gives),
    plain("setunion", sets::setunion).gives(sets::gives),
    plain("sha1", hash::sha1),
    plain("sha256", hash::sha256),
    plain("sha512", hash::sha512),
    plain("signum", numeric::signum),
    plain("slice", lists::slice).marks(FIRST).gives(lists::slice_gives),
    plain("sort", lists::sort),
    plain("split", text::split),
    plain("startswith", text::startswith).unknown(FIRST),
    plain("strcontains", text::strcontains).may_be_null(),
    plain("strrev", text::strrev),
    plain("substr", text::substr),
    plain("sum", numeric::sum).gives(number),
    plain("templatefile", templates::templatefile).may_be_null(),
    plain("templatestring", templates::templatestring),
    plain("textdecodebase64", charset::textdecodebase64),
    plain("textencodebase64", charset::textencodebase64),
    plain("timeadd", date::timeadd).may_be_null(),
    plain("timecmp", date::timecmp),
    plain("timestamp", impure::timestamp),
    plain("title", text::title),
    conversion("tobool"),
    conversion("tolist"),
    conversion("tomap"),
    conversion("tonumber"),
    conversion("toset"),
    conversion("tostring"),
    plain("transpose", maps::transpose),
    plain("trim", text::trim),
    plain("trimprefix", text::trimprefix),
    plain("trimspace", text::trimspace),
    plain("trimsuffix", text::trimsuffix),
    plain("upper", text::upper),
    plain("urlencode", encoding::urlencode),
    plain("uuid", impure::uuid),
    plain("uuidv5", hash::uuidv5),
    plain("values", maps::values).marks(ALL).gives(maps::values_gives),
    plain("yamldecode", yaml::yamldecode).may_be_null(),
    plain("yamlencode", yaml::yamlencode).untyped(ALL).may_be_null(),
    plain("zipmap", maps::zipmap).marks(ALL).gives(maps::zipmap_gives),
];

/// The table with the signatures, made once.
static FUNCTIONS: LazyLock<BTreeMap<&'static str, Function>> = LazyLock::new(|| {
    let with_signature =
        |spec: &'static Spec| Some((spec.name, Function { spec, signature: SIGNATURES.get(spec.name)? }));
    SPECS.iter().filter_map(with_signature).collect()
});

/// The function of a name.
pub(super) fn find(name: &str) -> Option<&'static Function> {
    FUNCTIONS.get(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_function_of_the_signatures_is_in_the_table_once() {
        let mut names: Vec<&str> = SPECS.iter().map(|spec| spec.name).collect();
        assert!(names.is_sorted(), "the table is not sorted");
        names.extend(["try", "can"]);
        names.sort_unstable();
        let signed: Vec<&str> = SIGNATURES.keys().map(String::as_str).collect();
        assert_eq!(names, signed);
    }
}
