//! Small command lines and what they give.

use super::*;
use crate::deploy::words::{Hole, Piece, Word};
use crate::model::{Change, Excerpts, RepoPath, SourceFile, WhyKind};

fn origin() -> Origin {
    SourceFile::new(RepoPath::new("a"), "gcloud", &Excerpts::default()).origin(0..6)
}

/// Words of a line; `?` in a word is a hole, `*` is any number of unknown words.
fn items(line: &str) -> Vec<Item> {
    let why = || vec![Why::new(WhyKind::Environment, "nobody knows")];
    let word = |text: &str| {
        let mut pieces = Vec::new();
        for (index, part) in text.split('?').enumerate() {
            if index > 0 {
                pieces.push(Piece::Hole(Hole { whys: why(), ..Hole::default() }));
            }
            if !part.is_empty() {
                pieces.push(Piece::Lit(part.to_owned()));
            }
        }
        Item::Word(Word { pieces, origin: origin() })
    };
    line.split(' ').map(|text| if text == "*" { Item::Any(why()) } else { word(text) }).collect()
}

fn read_here(items: &[Item]) -> Reading {
    let (context, excerpts) = (NameContext::new(Some("p"), None), Excerpts::default());
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/gcloud_cli/files");
    read(items, &origin(), &Repository::new(&folder, &context, &excerpts))
}

/// `name region connector egress`, or what else it is.
fn summary(line: &str) -> String {
    fn fact<T>(fact: &Fact<T>, text: impl Fn(&T) -> String) -> String {
        match fact {
            Fact::Known(value, _) => text(value),
            Fact::Absent(_) => "-".to_owned(),
            Fact::Unknown(_) => "?".to_owned(),
        }
    }
    fn change<T>(change: &Change<T>, text: impl Fn(&T) -> String) -> String {
        match change {
            Change::Set(set) => fact(set, text),
            Change::Clear(_) => "clear".to_owned(),
            Change::Leave => "leave".to_owned(),
        }
    }
    match read_here(&items(line)) {
        Reading::Other => "other".to_owned(),
        Reading::Undecidable(_) => "undecidable".to_owned(),
        Reading::Refused(refused) => format!("refused: {}", refused.text),
        Reading::Manifest(manifest) => format!("{} of {}", manifest.action, fact(&manifest.file, Clone::clone)),
        Reading::Connector(command) => format!(
            "{} {} {}",
            command.action.word(),
            fact(&command.connector.name, ToString::to_string),
            fact(&command.connector.max_instances, ToString::to_string),
        ),
        Reading::Several(commands) => {
            let regions = commands.iter().map(|command| fact(&command.region, Clone::clone));
            regions.collect::<Vec<_>>().join(" + ")
        }
        Reading::Deploy(command) => format!(
            "{} {} {} {}",
            fact(&command.name, Clone::clone),
            fact(&command.region, Clone::clone),
            change(&command.connector, |spelled| spelled.text.clone()),
            change(&command.egress, |spelled| spelled.text.clone()),
        ),
    }
}

#[test]
fn a_command_line_gives_what_gcloud_would_set() {
    let mut wrong = Vec::new();
    for (line, expected) in [
        ("gcloud run deploy a", "a - leave leave"),
        ("/usr/bin/gcloud beta run deploy a --region r", "a r leave leave"),
        ("gcloud --project p --quiet run deploy --region=r a --vpc-connector=c", "a r c leave"),
        ("gcloud run deploy a --vpc-connector b --vpc-connector c", "a - c leave"),
        ("gcloud run services update a --clear-vpc-connector", "a - clear clear"),
        ("gcloud run deploy a --clear-vpc-connector --vpc-egress all", "a - clear clear"),
        ("gcloud run deploy a --clear-network", "a - leave clear"),
        ("gcloud run deploy --no-traffic a --new-flag v --new-switch --region r", "a r ? ?"),
        ("gcloud run deploy --new-flag a --vpc-connector c", "? - c ?"),
        ("gcloud run deploy --new-flag=v a", "a - ? ?"),
        ("gcloud run deploy --image i a --quiet", "a - leave leave"),
        ("gcloud run deploy ? --region r", "? r leave leave"),
        ("gcloud run deploy a ? --region r", "a r ? ?"),
        ("gcloud run deploy ? a --region r", "? r ? ?"),
        ("gcloud run deploy a --region r *", "a ? ? ?"),
        ("gcloud run deploy a * --vpc-connector c", "a ? ? ?"),
        ("gcloud run deploy a --vpc-connector=?", "a - ? leave"),
        ("gcloud run deploy a --vpc-connector ? --vpc-egress x-?", "a - ? ?"),
        ("gcloud run deploy a --vpc-?=c", "a - ? ?"),
        ("gcloud run deploy a --set-env-?=c", "a - leave leave"),
        ("gcloud run deploy a --vpc-connector --region r", "refused: `--vpc-connector` has no value"),
        ("gcloud run deploy a --vpc-connector", "refused: `--vpc-connector` has no value"),
        ("gcloud run deploy a --flags-file missing.yaml --region r", "a r ? ?"),
        ("gcloud run deploy a --flags-file flags.yaml", "a us-central1 from-file all-traffic"),
        ("gcloud run deploy a --flags-file=nested.yaml --region r", "a r from-file private-ranges-only"),
        ("gcloud run deploy a --flags-file endless.yaml", "refused: the file of flags endless.yaml names itself"),
        ("gcloud run deploy a --flags-file ?", "a ? ? ?"),
        ("gcloud run deploy a --vpc-connector c --clear-vpc-connector", "a - clear clear"),
        ("gcloud run deploy a --vpc-connector=", "a - leave leave"),
        ("gcloud run deploy a --args=--vpc-connector=x", "a - leave leave"),
        ("gcloud run deploy a --help", "other"),
        ("gcloud run services describe a", "other"),
        ("gcloud run services replace a.yaml", "run services replace of a.yaml"),
        ("gcloud run jobs replace ?", "run jobs replace of ?"),
        ("gcloud run ? a", "undecidable"),
        ("gcloud *", "undecidable"),
        ("gcloud run services update-traffic a", "refused: the command changes nothing"),
        ("gcloud run services update-traffic a --to-latest", "a - leave leave"),
        ("gcloud beta run deploy a --regions r,s", "r + s"),
        ("gcloud run deploy", "refused: the command has no name"),
        ("gcloud run deploy namespaces/q/services/a --vpc-connector c --region r", "a r c leave"),
        ("gcloud run deploy projects/q/a", "? - leave leave"),
        ("gcloud run deploy A_b", "refused: a workload cannot have this name"),
        ("gcloud run deploy -- a", "a - leave leave"),
        ("gcloud run deploy -- a --vpc-connector", "refused: there is one word too many, `--vpc-connector`"),
        ("gcloud run deploy a --platform gke --vpc-connector c", "other"),
        ("gcloud run deploy a --network-tags b,b", "refused: `--network-tags` is given `b` several times"),
        ("gcloud run deploy a --network= --subnet= --network-tags=", "a - leave clear"),
        ("gcloud run deploy a --region=", "a - leave leave"),
        ("gcloud run services update a --no-clear-network", "refused: the command changes nothing"),
        ("gcloud run deploy a b", "refused: there is one word too many, `b`"),
        (
            "gcloud run deploy a --network n --clear-network",
            "refused: `--network` and `--clear-network` exclude each other",
        ),
        ("gcloud run deploy a --clear-network *", "a ? ? ?"),
        ("gcloud run deploy a * --clear-network", "a ? ? clear"),
        ("gcloud functions deploy f --gen2 --vpc-connector c --egress-settings all", "f - c all"),
        ("gcloud functions deploy f --no-gen2 --vpc-connector c", "other"),
        ("gcloud functions deploy My_f --gen2", "? - leave leave"),
        (
            "gcloud compute networks vpc-access connectors create c --region r",
            "create projects/p/locations/r/connectors/c 10",
        ),
        (
            "gcloud compute networks vpc-access connectors update c --region r --max-instances 5",
            "update projects/p/locations/r/connectors/c 5",
        ),
        ("gcloud compute networks vpc-access connectors delete c", "delete ? -"),
        ("gcloud compute networks vpc-access connectors list", "other"),
        ("gcloud compute networks list", "other"),
        ("gcloud", "other"),
        ("echo gcloud run deploy a", "other"),
        ("?", "other"),
        ("gcloud run worker-pools deploy w --region=r --network n", "w r leave leave"),
    ] {
        let found = summary(line);
        if found != expected {
            wrong.push(format!("{line}: {found}, not {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn flags_under_a_condition_are_not_known_and_the_rest_is() {
    let mut list = items("gcloud run deploy a");
    list.push(Item::Either(vec![items("--vpc-connector c"), Vec::new()], vec![Why::new(WhyKind::Guarded, "if")]));
    list.extend(items("--region r"));
    let Reading::Deploy(command) = read_here(&list) else { panic!("a deploy") };
    assert!(matches!(&command.connector, Change::Set(Fact::Unknown(whys)) if whys.len() == 1));
    assert_eq!(command.region.known().map(String::as_str), Some("r"));
    assert_eq!(command.egress, Change::Leave);
}

#[test]
fn each_of_many_choices_in_a_row_adds_what_it_says_once() {
    let mut list = items("gcloud run deploy a --region r --new-flag x");
    for at in 0..100 {
        let whys = vec![Why::new(WhyKind::Guarded, format!("if {at}"))];
        let either = |flags: &str| items(&format!("{flags} --other-{at} y"));
        list.push(Item::Either(vec![either("--vpc-egress all"), either("--network n"), items("--gen2")], whys));
    }
    // What was noted before would double with each choice, and this would not end.
    let Reading::Deploy(command) = read_here(&list) else { panic!("a deploy") };
    let Change::Set(Fact::Unknown(whys)) = &command.egress else { panic!("not known") };
    assert_eq!(whys.iter().filter(|why| why.text == "if 99").count(), 1, "{whys:?}");
    assert!(matches!(&command.interfaces, Change::Set(Fact::Unknown(_))));
}

/// The region and the project of a command after others.
fn after(before: &[&str], environment: &[(&str, &str)], line: &str) -> String {
    let (context, excerpts) = (NameContext::new(None, None), Excerpts::default());
    let repository = Repository::new(std::path::Path::new("."), &context, &excerpts);
    let mut defaults = Defaults::default();
    for (name, value) in environment {
        let Some(Item::Word(word)) = items(value).pop() else { panic!("a word") };
        defaults.variable(name, word);
    }
    for line in before {
        let (line, whys) = match line.strip_prefix("maybe ") {
            Some(line) => (line, vec![Why::new(WhyKind::Guarded, "if")]),
            None => (*line, Vec::new()),
        };
        defaults.observe(&items(line), &origin(), &whys);
    }
    let Reading::Deploy(command) = read_with(&items(line), &origin(), &repository, &defaults) else {
        panic!("a deploy: {line}")
    };
    let text = |fact: &Fact<String>| match fact {
        Fact::Known(text, _) => text.clone(),
        Fact::Absent(_) => "-".to_owned(),
        Fact::Unknown(_) => "?".to_owned(),
    };
    format!("{} {}", text(&command.region), text(&command.project))
}

#[test]
fn defaults_come_from_the_environment_and_from_commands_before() {
    let deploy = "gcloud run deploy a";
    for (before, environment, line, expected) in [
        (vec!["gcloud config set run/region r"], vec![], deploy, "r -"),
        (vec!["gcloud config set --quiet run/region r", "gcloud config set project p"], vec![], deploy, "r p"),
        (vec!["gcloud --verbosity debug config set core/project p"], vec![], deploy, "- p"),
        (vec!["gcloud config set run/region r"], vec![], "gcloud run deploy a --region s", "s -"),
        (vec!["gcloud config set run/region r", "gcloud config unset run/region"], vec![], deploy, "- -"),
        (vec!["gcloud config set run/region ?"], vec![], deploy, "? -"),
        (vec!["maybe gcloud config set run/region r"], vec![], deploy, "? -"),
        (vec!["gcloud config configurations activate staging"], vec![], deploy, "? ?"),
        (vec!["gcloud config set ? r"], vec![], deploy, "? ?"),
        (vec!["gcloud config set compute/region r"], vec![], deploy, "- -"),
        (vec!["gcloud config list"], vec![], deploy, "- -"),
        (vec!["echo gcloud config set run/region r"], vec![], deploy, "- -"),
        (vec![], vec![("CLOUDSDK_RUN_REGION", "r"), ("CLOUDSDK_CORE_PROJECT", "?")], deploy, "r ?"),
        (vec!["gcloud config set run/region r"], vec![("CLOUDSDK_RUN_REGION", "s")], deploy, "s -"),
        (vec![], vec![("CLOUDSDK_RUN_REGION", "")], deploy, "- -"),
        (vec![], vec![("CLOUDSDK_COMPUTE_REGION", "r")], deploy, "- -"),
    ] {
        assert_eq!(after(&before, &environment, line), expected, "{before:?} {environment:?} {line}");
    }
}
