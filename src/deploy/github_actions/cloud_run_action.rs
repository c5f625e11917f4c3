//! Google's actions: `deploy-cloudrun`, which runs gcloud, and those that say which project gcloud takes.
//!
//! Sources: `src/main.ts` of google-github-actions/deploy-cloudrun (v0 to v3), `action.yml` of google-github-actions/auth
//! and setup-gcloud.

use super::flags::split;
use super::scope::Scope;
use crate::deploy::gcloud::Defaults;
use crate::deploy::pipeline::{Place, Sink, hole, known, pieces};
use crate::deploy::words::{Item, Piece, Word};
use crate::deploy::yaml::{Node, Text};
use crate::model::{Guard, WhyKind};

/// The region that the action takes where none is given.
const DEFAULT_REGION: &str = "us-central1";
/// The variables that the authentication sets to the project.
const PROJECT_VARIABLES: [&str; 5] =
    ["CLOUDSDK_CORE_PROJECT", "CLOUDSDK_PROJECT", "GCLOUD_PROJECT", "GCP_PROJECT", "GOOGLE_CLOUD_PROJECT"];

struct Action<'a> {
    place: &'a Place,
    scope: &'a Scope,
    with: Option<&'a Node>,
    uses: &'a Text,
}

impl Action<'_> {
    fn input(&self, name: &str) -> Option<&Text> {
        let entries = self.with.map(Node::entries).unwrap_or_default();
        let found = entries.iter().find(|(key, _)| key.value.eq_ignore_ascii_case(name));
        found.and_then(|(_, value)| value.text()).filter(|text| !text.value.trim().is_empty())
    }

    fn pieces(&self, text: &Text) -> Vec<Piece> {
        trimmed(pieces(&self.scope.units(self.place, text)))
    }

    /// An input as a word; `None` where it is not given, or empty.
    fn word(&self, name: &str) -> Option<Word> {
        let text = self.input(name)?;
        let pieces = self.pieces(text);
        (!pieces.is_empty()).then(|| Word { pieces, origin: self.place.of(text) })
    }

    fn literal(&self, text: &str) -> Item {
        Item::Word(Word::known(text, self.place.of(self.uses)))
    }

    /// A flag with the value of an input.
    fn flag(&self, flag: &str, name: &str) -> Vec<Item> {
        match self.word(name) {
            Some(word) => vec![Item::Word(Word::known(flag, word.origin.clone())), Item::Word(word)],
            None => Vec::new(),
        }
    }

    /// The words of a list of flags.
    fn flags(&self, name: &str) -> Vec<Item> {
        let Some(text) = self.input(name) else { return Vec::new() };
        match split(&self.scope.units(self.place, text)) {
            Some(words) => {
                let one = |(pieces, offset): (Vec<Piece>, usize)| {
                    Item::Word(Word { pieces, origin: self.place.origin(offset..offset + 1) })
                };
                words.into_iter().map(one).collect()
            }
            None => vec![Item::Any(vec![self.place.why(WhyKind::Invalid, "a quote has no end", text)])],
        }
    }

    fn region_and_project(&self) -> Vec<Item> {
        let mut items = match self.word("region") {
            Some(word) => {
                let several = word.text().is_some_and(|text| text.contains(','));
                let flag = if several { "--regions" } else { "--region" };
                vec![Item::Word(Word::known(flag, word.origin.clone())), Item::Word(word)]
            }
            None => vec![self.literal("--region"), self.literal(DEFAULT_REGION)],
        };
        items.extend(self.flag("--project", "project_id"));
        items
    }
}

/// Adds what a step with `deploy-cloudrun` deploys.
pub(super) fn deploy(
    sink: &mut Sink<'_>,
    place: &Place,
    (uses, version): (&Text, &str),
    with: Option<&Node>,
    (scope, defaults): (&Scope, &mut Defaults),
    guards: &[Guard],
) {
    let action = Action { place, scope, with, uses };
    let origin = place.of(uses);
    let traffic = ["revision_traffic", "tag_traffic"].into_iter().find_map(|name| Some((name, action.word(name)?)));
    // Up to v1, traffic was all that a step with traffic changed.
    let only_traffic =
        traffic.is_some() && ["v0", "v1"].iter().any(|old| version == *old || version.starts_with(&format!("{old}.")));
    let words = |text: &str| text.split(' ').map(|word| action.literal(word)).collect::<Vec<_>>();
    let metadata = action.word("metadata");
    let mut service = action.word("service");
    if let Some(file) = &metadata {
        let kind = file.text().and_then(|path| kind_of(sink, &path));
        let mut items = words(if kind.as_deref() == Some("Job") {
            "gcloud run jobs replace"
        } else {
            "gcloud run services replace"
        });
        items.push(Item::Word(file.clone()));
        items.extend(action.region_and_project());
        items.extend(action.flags("flags"));
        sink.command(&items, &origin, (Some(""), &scope.environment), defaults, guards.to_vec());
        service = None;
    } else if !only_traffic {
        let mut items = match (action.word("job"), &service) {
            (Some(job), None) => {
                let mut items = words("gcloud run jobs deploy");
                items.push(Item::Word(job));
                items
            }
            (_, Some(service)) => {
                let mut items = words("gcloud run deploy");
                items.push(Item::Word(service.clone()));
                items.extend(action.flag("--tag", "tag"));
                match action.word("no_traffic").map(|word| word.text()) {
                    Some(Some(text)) if text.eq_ignore_ascii_case("true") => items.push(action.literal("--no-traffic")),
                    Some(None) => {
                        let whys = action.word("no_traffic").map(|word| word.whys()).unwrap_or_default();
                        items.push(Item::Either(vec![vec![action.literal("--no-traffic")], Vec::new()], whys));
                    }
                    _ => {}
                }
                items
            }
            (None, None) => {
                sink.incomplete(place.why(WhyKind::Invalid, "the step names no service, job or metadata", uses));
                return;
            }
        };
        items.extend(action.flag("--image", "image"));
        items.extend(action.flag("--source", "source"));
        items.extend(action.region_and_project());
        items.extend(action.flags("flags"));
        sink.command(&items, &origin, (Some(""), &scope.environment), defaults, guards.to_vec());
    }
    if let (Some((name, value)), Some(service)) = (traffic, service) {
        let mut items = words("gcloud run services update-traffic");
        items.push(Item::Word(service));
        items.push(action.literal(if name == "tag_traffic" { "--to-tags" } else { "--to-revisions" }));
        items.push(Item::Word(value));
        items.extend(action.region_and_project());
        items.extend(action.flags("update_traffic_flags"));
        sink.command(&items, &origin, (Some(""), &scope.environment), defaults, guards.to_vec());
    }
}

/// What the file that `metadata` names describes.
fn kind_of(sink: &Sink<'_>, path: &str) -> Option<String> {
    use crate::deploy::repository::resolve;
    use crate::deploy::yaml::{self, Loading};
    let file = sink.repository.file(&resolve("", path)?).ok()?;
    yaml::parse(&file, Loading::Strict).ok()?.get("kind")?.word().map(str::to_owned)
}

/// Takes the project that an authentication or setup step makes gcloud's default.
pub(super) fn authenticate(
    place: &Place,
    uses: &Text,
    with: Option<&Node>,
    scope: &Scope,
    job: &mut Scope,
    guarded: bool,
) {
    let action = Action { place, scope, with, uses };
    let is_auth = uses.value.starts_with("google-github-actions/auth");
    if action.input("export_environment_variables").is_some_and(|text| text.value.trim() == "false") {
        return;
    }
    let project = match action.word("project_id") {
        Some(word) => Some(word.pieces),
        // A service account's address names its project.
        None if is_auth => action.input("service_account").and_then(|text| {
            let address = known(&action.pieces(text))?;
            let (_, host) = address.split_once('@')?;
            Some(vec![Piece::Lit(host.strip_suffix(".iam.gserviceaccount.com")?.to_owned())])
        }),
        None => return,
    };
    for name in PROJECT_VARIABLES {
        match &project {
            Some(_) if guarded => {
                let why = place.why(WhyKind::Guarded, "whether the step with the credentials runs is not known", uses);
                job.environment.insert(name.to_owned(), hole(why));
            }
            Some(project) => {
                job.environment.insert(name.to_owned(), project.clone());
            }
            // The credentials say it. As for every command that names no project, the configured one is meant.
            None => {
                job.environment.remove(name);
            }
        }
    }
}

/// Without the blanks around it, as inputs of actions are read.
fn trimmed(mut pieces: Vec<Piece>) -> Vec<Piece> {
    if let Some(Piece::Lit(text)) = pieces.first_mut() {
        *text = text.trim_start().to_owned();
    }
    if let Some(Piece::Lit(text)) = pieces.last_mut() {
        *text = text.trim_end().to_owned();
    }
    pieces.retain(|piece| !matches!(piece, Piece::Lit(text) if text.is_empty()));
    pieces
}
