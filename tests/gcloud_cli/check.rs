//! What holds for any bytes as gcloud's command line. The fuzz target and the tests share it.

use std::path::Path;

use gcp_drift::deploy::gcloud::{Reading, items_of, read};
use gcp_drift::deploy::repository::Repository;
use gcp_drift::deploy::words::{Item, Word};
use gcp_drift::model::{Change, DeployCommand, Excerpts, Fact, NameContext, RepoPath, SourceFile, Why, WhyKind};

/// Reads the bytes as an argument list, and again with each word in turn not known: what is still known then must be
/// what it was.
///
/// # Errors
/// What does not hold.
pub fn check(bytes: &[u8]) -> Result<(), String> {
    let (context, excerpts) = (NameContext::new(Some("p"), Some("r")), Excerpts::default());
    // The fuzz target is a package in a folder below.
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = package.ancestors().find(|folder| folder.join("tests/gcloud_cli").is_dir()).unwrap_or(package);
    let repository = Repository::new(&root.join("tests/gcloud_cli/files"), &context, &excerpts);
    let origin = SourceFile::new(RepoPath::new("a"), "gcloud", &excerpts).origin(0..6);
    let items = items_of(bytes, &origin);
    let whole = read(&items, &origin, &repository);
    if items.len() > 40 {
        return Ok(());
    }
    for at in 1..items.len() {
        // A word before which `--flags-file` may stand is the name of a file, whatever it looks like: that is passed over.
        let known = if let Item::Word(word) = &items[at] { word.text() } else { None };
        if known.is_none_or(|text| text.starts_with("--flags-file")) {
            continue;
        }
        let mut blurred = items.clone();
        let why = Why::at(WhyKind::Environment, BLURRED, origin.clone());
        blurred[at] = Item::Word(Word::unknown(vec![why], origin.clone()));
        let less = read(&blurred, &origin, &repository);
        if !covers(&less, &whole) && !is_taken_for_the_name(&less, &whole) {
            let words = String::from_utf8_lossy(bytes).replace('\n', " ");
            return Err(format!("without word {at} of `{words}`\n{less:?}\nis no reading of\n{whole:?}"));
        }
    }
    Ok(())
}

/// Why the word is not known that is blurred.
const BLURRED: &str = "it is blurred";

/// True where the blurred word, a flag perhaps, is taken for the name that no word certainly is: that is what
/// `deploy $NAME` means.
fn is_taken_for_the_name(less: &Reading, whole: &Reading) -> bool {
    let taken = |less: &DeployCommand, whole: &DeployCommand| {
        whole.name.is_unknown() && less.name.whys().iter().all(|why| why.text == BLURRED) && less.name.is_unknown()
    };
    match (less, whole) {
        (Reading::Deploy(less), Reading::Deploy(whole)) => taken(less, whole),
        (Reading::Deploy(less), Reading::Several(whole)) => whole.iter().all(|whole| taken(less, whole)),
        (Reading::Several(less), Reading::Several(whole)) => {
            less.len() == whole.len() && less.iter().zip(whole).all(|(less, whole)| taken(less, whole))
        }
        _ => false,
    }
}

/// True where what is known of `less` also holds for `whole`.
fn covers(less: &Reading, whole: &Reading) -> bool {
    match (less, whole) {
        (Reading::Undecidable(_), _) | (_, Reading::Undecidable(_) | Reading::Refused(_)) => true,
        (Reading::Deploy(less), Reading::Deploy(whole)) => deploy(less, whole),
        (Reading::Several(less), Reading::Several(whole)) => {
            less.len() == whole.len() && less.iter().zip(whole).all(|(less, whole)| deploy(less, whole))
        }
        // Which regions it deploys to may be what is not known.
        (Reading::Deploy(less), Reading::Several(whole)) => whole.iter().all(|whole| deploy(less, whole)),
        (Reading::Several(_), Reading::Deploy(_)) => false,
        (Reading::Connector(less), Reading::Connector(whole)) => {
            let (a, b) = (&less.connector, &whole.connector);
            less.action == whole.action
                && fact(&a.name, &b.name)
                && fact(&a.network, &b.network)
                && fact(&a.machine_type, &b.machine_type)
                && fact(&a.max_instances, &b.max_instances)
        }
        (Reading::Manifest(less), Reading::Manifest(whole)) => {
            less.action == whole.action && fact(&less.file, &whole.file)
        }
        (less, whole) => less == whole || *whole == Reading::Other,
    }
}

fn deploy(less: &DeployCommand, whole: &DeployCommand) -> bool {
    less.action == whole.action
        && fact(&less.name, &whole.name)
        && fact(&less.project, &whole.project)
        && fact(&less.region, &whole.region)
        && change(&less.connector, &whole.connector, |less, whole| less.text == whole.text)
        && change(&less.egress, &whole.egress, |less, whole| less.text == whole.text)
        && change(&less.interfaces, &whole.interfaces, |less, whole| {
            less.iter().zip(whole).all(|(less, whole)| {
                let keys = fact(&less.network, &whole.network) && fact(&less.subnetwork, &whole.subnetwork);
                keys && fact(&less.tags, &whole.tags)
            })
        })
}

fn fact<T: PartialEq>(less: &Fact<T>, whole: &Fact<T>) -> bool {
    match (less, whole) {
        (Fact::Unknown(_), _) | (_, Fact::Unknown(_)) => true,
        (Fact::Known(less, _), Fact::Known(whole, _)) => less == whole,
        (Fact::Absent(_), Fact::Absent(_)) => true,
        _ => false,
    }
}

fn change<T>(less: &Change<T>, whole: &Change<T>, same: impl Fn(&T, &T) -> bool) -> bool {
    match (less, whole) {
        (Change::Set(Fact::Unknown(_)), _) | (_, Change::Set(Fact::Unknown(_))) => true,
        (Change::Set(Fact::Known(less, _)), Change::Set(Fact::Known(whole, _))) => same(less, whole),
        (Change::Set(Fact::Absent(_)), Change::Set(Fact::Absent(_))) => true,
        (Change::Clear(_), Change::Clear(_)) | (Change::Leave, Change::Leave) => true,
        _ => false,
    }
}
