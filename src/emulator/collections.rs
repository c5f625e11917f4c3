//! Finding the items of a collection in the state.

use serde_json::Value;

use super::failures;
use super::reply::{Listed, Reply};
use super::request::Request;
use super::state::{Answer, State};

/// What a route works with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Context<'a> {
    pub state: &'a State,
    pub request: &'a Request,
    /// Most items a page.
    pub cap: usize,
    /// Regions that this request does not reach.
    pub unreachable: &'a [String],
}

/// Items of a collection, and the locations that they do not cover.
#[derive(Debug)]
pub(super) struct Found<'a> {
    pub items: Vec<&'a Value>,
    pub unreachable: Vec<String>,
}

impl<'a> Context<'a> {
    /// The items of one region.
    ///
    /// # Errors
    /// The failure that was recorded, or 404 where the state holds nothing.
    pub fn in_region(self, api: &str, project: &str, region: &str) -> Result<Found<'a>, Reply> {
        let project = self.state.project_id(project);
        let Some(answer) = self.state.answer(api, project, Some(region)) else {
            return Err(absent(api, &format!("{project}/{region}")));
        };
        if let Some(failure) = failures::of(answer) {
            return Err(failure);
        }
        // An item that names no region is served too: what a client makes of it is the client's business.
        let here = |item: &&Value| answer.region.is_some() || region_of(item).is_none_or(|own| own == region);
        let items = answer.items.iter().filter(here).collect();
        let mut found = Found { items, unreachable: answer.unreachable.clone() };
        if self.unreachable.iter().any(|cut| cut == region) {
            self.cut(&mut found, project);
        }
        Ok(found)
    }

    /// Takes out what is not reached.
    fn cut(self, found: &mut Found<'a>, project: &str) {
        let reached = |item: &&Value| region_of(item).is_none_or(|own| !self.unreachable.iter().any(|cut| cut == own));
        found.items.retain(reached);
        let name = |region: &String| format!("projects/{project}/locations/{region}");
        found.unreachable.extend(self.unreachable.iter().map(name));
    }

    /// The items of all regions. A region whose answer is a failure is named as not reached; where all are, the first
    /// failure is the answer.
    ///
    /// # Errors
    /// As [`Context::in_region`].
    pub fn everywhere(self, api: &str, project: &str) -> Result<Found<'a>, Reply> {
        let project = self.state.project_id(project);
        let answers: Vec<&Answer> = self.state.answers_of(api, project).collect();
        if answers.is_empty() {
            return Err(absent(api, project));
        }
        let mut found = Found { items: Vec::new(), unreachable: Vec::new() };
        let mut failure = None;
        let mut answered = false;
        for answer in &answers {
            match (failures::of(answer), &answer.region) {
                (Some(reply), None) => return Err(reply),
                (Some(reply), Some(region)) => {
                    found.unreachable.push(format!("projects/{project}/locations/{region}"));
                    failure.get_or_insert(reply);
                }
                (None, region) => {
                    answered = true;
                    let own = |item: &&Value| region.is_some() || !has_answer(&answers, region_of(item));
                    found.items.extend(answer.items.iter().filter(own));
                    found.unreachable.extend(answer.unreachable.iter().cloned());
                }
            }
        }
        match failure {
            Some(failure) if !answered => Err(failure),
            _ => {
                self.cut(&mut found, project);
                Ok(found)
            }
        }
    }

    /// The items of a region, or of all for `-`.
    ///
    /// # Errors
    /// As [`Context::in_region`].
    pub fn at(self, api: &str, project: &str, location: &str) -> Result<Found<'a>, Reply> {
        if location == "-" { self.everywhere(api, project) } else { self.in_region(api, project, location) }
    }

    /// The one item of an answer about a resource, which is given from `projects/` on.
    ///
    /// # Errors
    /// As [`Context::in_region`].
    pub fn about(self, api: &str, project: &str, rest: &str) -> Result<&'a Answer, Reply> {
        let resource = format!("projects/{}/{rest}", self.state.project_id(project));
        let project = self.state.project_id(project);
        let of_resource = |answer: &&Answer| answer.of.as_deref().is_some_and(|of| self.state.by_id(of) == resource);
        let Some(answer) = self.state.answers_of(api, project).find(of_resource) else {
            return Err(absent(api, &resource));
        };
        failures::of(answer).map_or(Ok(answer), Err)
    }

    /// A page of a list in the shape of most APIs.
    pub fn page(self, key: &'static str, found: Result<Found<'a>, Reply>) -> Reply {
        match found {
            Ok(found) => {
                let list = Listed { key, items: found.items, unreachable: &found.unreachable };
                Reply::list(self.request, self.cap, &list)
            }
            Err(refusal) => refusal,
        }
    }

    /// The same with a lower limit on the size of a page.
    pub fn at_most(self, size: usize) -> Self {
        Self { cap: self.cap.min(size), ..self }
    }
}

/// One item of those found, by its short name.
pub(super) fn named<'a>(found: Result<Found<'a>, Reply>, name: &str) -> Result<&'a Value, Reply> {
    pick(found, |item| last(name_of(item)) == name)
}

/// The first item of those found that is wanted, or 404.
pub(super) fn pick<'a>(found: Result<Found<'a>, Reply>, wanted: impl Fn(&Value) -> bool) -> Result<&'a Value, Reply> {
    let found = found?.items.into_iter().find(|item| wanted(item));
    found.ok_or_else(|| Reply::not_found("Requested entity was not found."))
}

/// One item as an answer.
pub(super) fn item(found: Result<&Value, Reply>) -> Reply {
    found.map_or_else(|refusal| refusal, |item| Reply::ok(item.clone()))
}

fn absent(api: &str, place: &str) -> Reply {
    Reply::not_found(&format!("the state holds no answer of {api} in {place}"))
}

fn has_answer(answers: &[&Answer], region: Option<&str>) -> bool {
    region.is_some() && answers.iter().any(|answer| answer.region.as_deref() == region)
}

/// The name of a resource, as it was recorded.
pub(super) fn name_of(item: &Value) -> &str {
    text(item, "name")
}

/// A field's text; empty where there is none.
pub(super) fn text<'a>(item: &'a Value, key: &str) -> &'a str {
    item.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// The region that a resource names: in its name, its own field, or its link.
pub(super) fn region_of(item: &Value) -> Option<&str> {
    let in_name = |name: &'static str| name_of(item).split(name).nth(1)?.split('/').next();
    let in_link = || text(item, "selfLink").split("/regions/").nth(1)?.split('/').next();
    let own = || Some(last(text(item, "region"))).filter(|region| !region.is_empty());
    in_name("/locations/").or_else(own).or_else(in_link)
}

/// The short name.
pub(super) fn last(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or_default()
}

/// The short name of the resource that holds the named one.
pub(super) fn parent(name: &str) -> &str {
    name.rsplit('/').nth(2).unwrap_or_default()
}
