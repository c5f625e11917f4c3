//! Google's clients: the messages of `google.cloud.run_v2`, its service clients, the discovery client, and plain HTTP.
//!
//! A message is kept as a dict. What a `get_…` call gave holds the live values: there, what the script does not set
//! stays as it is.

use std::rc::Rc;

use crate::deploy::python::Evaluator;
use crate::deploy::python::api::{Call, Mask};
use crate::deploy::python::call::Keywords;
use crate::deploy::python::heap::compact;
use crate::deploy::python::value::{At, Entry, Key, Kind, Obj, ObjId, Part, Partial, Val, Whys, why};
use crate::deploy::words::Extent;
use crate::model::{WhyKind, WorkloadKind};

/// The reason of what a live workload has.
pub const LIVE: &str = "it is left as the live workload has it";
/// Fields that are messages themselves: to read one is to make it.
const MESSAGES: [&str; 3] = ["template", "vpc_access", "scaling"];

impl<'a> Evaluator<'a> {
    /// Calls something of Google's clients. `None` where it is nothing of them.
    pub(super) fn google_call(
        &mut self,
        path: &str,
        args: &[Val<'a>],
        keywords: &Keywords<'a>,
        at: At,
    ) -> Option<Val<'a>> {
        if let Some(rest) = path.strip_prefix("google.cloud.run_v2.") {
            return Some(self.run_v2_call(path, rest.strip_prefix("types.").unwrap_or(rest), args, keywords, at));
        }
        if path.ends_with("field_mask_pb2.FieldMask") || path.ends_with("protobuf.field_mask_pb2.FieldMask") {
            return Some(self.message(args, keywords, at));
        }
        if path == "googleapiclient.discovery.build" || path == "apiclient.discovery.build" {
            let text = |index: usize| args.get(index).and_then(Val::as_text);
            let keyword =
                |name: &str| keywords.iter().find(|(key, _)| **key == *name).and_then(|(_, value)| value.as_text());
            let api = text(0).or_else(|| keyword("serviceName"))?;
            let version = text(1).or_else(|| keyword("version"))?;
            return Some(Val::new(Kind::External(format!("discovery:{api}:{version}").into()), at));
        }
        if let Some(rest) = path.strip_prefix("discovery:") {
            let (_, method) = rest.rsplit_once('.')?;
            if rest.starts_with("run:") && matches!(method, "patch" | "create" | "replaceService" | "replaceJob") {
                let function = Val::new(Kind::External(format!("request:{rest}").into()), at);
                let partial = Partial { function, args: args.to_vec(), keywords: keywords.clone() };
                return Some(Val::new(Kind::Partial(Rc::new(partial)), at));
            }
            return Some(Val::new(Kind::External(format!("{path}()").into()), at));
        }
        if let Some(rest) = path.strip_prefix("request:") {
            return Some(self.discovery_request(rest, keywords, at));
        }
        if is_session(path) {
            return Some(Val::new(Kind::External(SESSION.into()), at));
        }
        let verb = path
            .strip_prefix(SESSION)
            .and_then(|rest| rest.strip_prefix('.'))
            .or_else(|| path.strip_prefix("requests.").or_else(|| path.strip_prefix("httpx.")))?;
        if !matches!(verb, "patch" | "put" | "post" | "request") {
            return None;
        }
        self.http_request(verb, args, keywords, at);
        self.hazards += 1;
        Some(Val::unknown(WhyKind::Dynamic, "the answer to a request is known when the script runs", at))
    }

    fn run_v2_call(&mut self, path: &str, name: &str, args: &[Val<'a>], keywords: &Keywords<'a>, at: At) -> Val<'a> {
        let (first, method) = name.split_once('.').unwrap_or((name, ""));
        let unknown = |text: &str| Val::unknown(WhyKind::Dynamic, text.to_owned(), at);
        let class = first.trim_end_matches("()");
        let client = class.strip_suffix("AsyncClient").or_else(|| class.strip_suffix("Client"));
        let Some(client) = client else {
            if first == "VpcAccess" && method == "VpcEgress" {
                return args.first().cloned().unwrap_or_else(|| unknown("it is not known"));
            }
            return self.message(args, keywords, at);
        };
        if method.is_empty() || method.starts_with("from_service_account") {
            let owner = path.strip_suffix(method).unwrap_or(path).trim_end_matches('.').trim_end_matches("()");
            return Val::new(Kind::External(format!("{owner}()").into()), at);
        }
        let kind = match client {
            "Services" => WorkloadKind::Service,
            "Jobs" => WorkloadKind::Job,
            "WorkerPools" => WorkloadKind::WorkerPool,
            _ => return unknown("it is known when the script runs"),
        };
        let word = match kind {
            WorkloadKind::Service => "service",
            WorkloadKind::Job => "job",
            WorkloadKind::WorkerPool => "worker_pool",
        };
        if let Some(named) = method.strip_suffix("_path") {
            return path_of(named, args, keywords, at).unwrap_or_else(|| unknown("it is known when the script runs"));
        }
        self.hazards += 1;
        if method == format!("get_{word}") {
            let open = Some(why(WhyKind::Dynamic, LIVE, at));
            let mut entries = Vec::new();
            if let Some(name) = self.request_field(args, keywords, "name") {
                entries.push(Entry { key: Key::Text("name".into()), value: name, maybe: false });
            }
            return Val::new(Kind::Message(self.new_dict(entries, open, at)), at);
        }
        let creates = method == format!("create_{word}");
        if !creates && method != format!("update_{word}") {
            return unknown("the answer to a request is known when the script runs");
        }
        let body = self.request_field(args, keywords, word);
        let parent = self.request_field(args, keywords, "parent");
        let id = self.request_field(args, keywords, &format!("{word}_id"));
        let mask = self.request_field(args, keywords, "update_mask");
        let name = match (creates, parent, id) {
            (true, Some(parent), Some(id)) => Some(joined(&[parent, id], workloads(kind), at)),
            (true, ..) => None,
            (false, ..) => body.as_ref().and_then(|body| self.field(body, "name").0),
        };
        let mask = self.mask_of(mask.as_ref(), at);
        let action = method.to_owned();
        self.send(Call { kind, action, name, body, mask, at });
        unknown("the answer to a request is known when the script runs")
    }

    /// A field of a request: given by its name, or in the request that is the first argument.
    fn request_field(&mut self, args: &[Val<'a>], keywords: &Keywords<'a>, name: &str) -> Option<Val<'a>> {
        if let Some((_, value)) = keywords.iter().find(|(key, _)| **key == *name) {
            return Some(value.clone());
        }
        let request = keywords.iter().find(|(key, _)| &**key == "request").map(|(_, value)| value.clone());
        let request = request.or_else(|| args.first().cloned())?;
        match self.field(&request, name) {
            (Some(value), _) => Some(value),
            (None, Some(whys)) => Some(Val::new(Kind::Unknown(whys), request.at)),
            (None, None) => None,
        }
    }

    /// The field of a dict or message, and why there may be one that is not seen.
    pub(in crate::deploy::python) fn field(&self, owner: &Val<'a>, name: &str) -> (Option<Val<'a>>, Option<Whys>) {
        let (Kind::Dict(id) | Kind::Message(id)) = owner.kind else {
            return match &owner.kind {
                Kind::None => (None, None),
                _ => (None, Some(self.whys_of(owner, owner.at))),
            };
        };
        match self.heap.get(id) {
            Some(Obj::Dict(dict)) => {
                let key = Key::Text(name.into());
                match dict.entries.iter().find(|entry| entry.key == key) {
                    Some(entry) if entry.maybe => (None, Some(self.whys_of(&entry.value, owner.at))),
                    Some(entry) => (Some(entry.value.clone()), None),
                    None => (None, dict.open.clone()),
                }
            }
            Some(Obj::Lost(whys)) => (None, Some(whys.clone())),
            _ => (None, Some(why(WhyKind::Dynamic, "it is not known", owner.at))),
        }
    }

    /// A message made from fields, or from a dict or another message.
    fn message(&mut self, args: &[Val<'a>], keywords: &Keywords<'a>, at: At) -> Val<'a> {
        let id = self.new_dict(Vec::new(), None, at);
        let made = Val::new(Kind::Dict(id), at);
        if let Some(first) = args.first().filter(|first| !matches!(first.kind, Kind::None)) {
            let source = match first.kind {
                Kind::Message(id) => Val::new(Kind::Dict(id), first.at),
                _ => first.clone(),
            };
            self.update(&made, &source, at);
        }
        for (name, value) in keywords {
            self.set_item(&made, &Val::text(name.clone(), at), value.clone(), at);
        }
        Val::new(Kind::Message(id), at)
    }

    /// `message.name`: a field, made where it is a message that is not set yet.
    pub fn message_attribute(&mut self, object: &Val<'a>, id: ObjId, name: &str, at: At) -> Val<'a> {
        match self.field(object, name) {
            (Some(value), _) if !(matches!(value.kind, Kind::None) && MESSAGES.contains(&name)) => return value,
            (None, Some(whys))
                if !MESSAGES.contains(&name) || whys.first().is_none_or(|reason| &*reason.text != LIVE) =>
            {
                return Val::new(Kind::Unknown(whys), at);
            }
            _ => {}
        }
        if !MESSAGES.contains(&name) {
            return match name {
                "CopyFrom" | "MergeFrom" | "SerializeToString" | "Clear" | "ClearField" => {
                    Val::new(Kind::Method(Rc::new(object.clone()), name.into()), at)
                }
                _ => Val::unknown(WhyKind::Dynamic, "it is known when the script runs", at),
            };
        }
        let open = match self.heap.get(id) {
            Some(Obj::Dict(dict)) => dict.open.clone(),
            _ => None,
        };
        let made = Val::new(Kind::Message(self.new_dict(Vec::new(), open, at)), at);
        self.set_item(&Val::new(Kind::Dict(id), at), &Val::text(name, at), made.clone(), at);
        made
    }

    fn discovery_request(&mut self, rest: &str, keywords: &Keywords<'a>, at: At) -> Val<'a> {
        let keyword = |name: &str| keywords.iter().find(|(key, _)| **key == *name).map(|(_, value)| value.clone());
        let answer = Val::unknown(WhyKind::Dynamic, "the answer to a request is known when the script runs", at);
        let (owner, method) = rest.rsplit_once('.').unwrap_or((rest, ""));
        let kind = kind_of(owner.rsplit('.').next().unwrap_or_default().trim_end_matches("()"));
        let (Some(kind), true) = (kind, rest.starts_with("run:v2")) else {
            if self.silent == 0 {
                self.incomplete(
                    WhyKind::Unsupported,
                    format!("`{method}` of this version of the API is not evaluated"),
                    at,
                );
            }
            return answer;
        };
        let word = match kind {
            WorkloadKind::Service => "serviceId",
            WorkloadKind::Job => "jobId",
            WorkloadKind::WorkerPool => "workerPoolId",
        };
        let creates = method == "create";
        let name = match (creates, keyword("parent"), keyword(word)) {
            (true, Some(parent), Some(id)) => Some(joined(&[parent, id], workloads(kind), at)),
            (true, ..) => None,
            (false, ..) => keyword("name"),
        };
        let mask = self.mask_of(keyword("updateMask").as_ref(), at);
        let action = format!("{}.{method}", workloads(kind));
        self.send(Call { kind, action, name, body: keyword("body"), mask, at });
        answer
    }

    pub(super) fn mask_of(&mut self, mask: Option<&Val<'a>>, at: At) -> Mask {
        let Some(mask) = mask.filter(|mask| !matches!(mask.kind, Kind::None)) else { return Mask::Everything };
        let paths = match &mask.kind {
            Kind::Text(_) => mask.as_text().map(|text| text.split(',').map(str::trim).map(str::to_owned).collect()),
            Kind::Dict(_) | Kind::Message(_) => match self.field(mask, "paths") {
                (Some(paths), _) => self.known_elements(&paths).and_then(|paths| {
                    paths.iter().map(|path| path.as_text().map(|path| path.to_string())).collect::<Option<Vec<_>>>()
                }),
                (None, None) => Some(Vec::new()),
                _ => None,
            },
            _ => None,
        };
        match paths {
            Some(paths) if paths.iter().all(String::is_empty) => Mask::Everything,
            Some(paths) => Mask::Paths(paths),
            None => Mask::Unknown(self.whys_of(mask, at)),
        }
    }
}

/// What a session for HTTP requests is.
const SESSION: &str = "requests.Session()";

/// True for what makes a session.
fn is_session(path: &str) -> bool {
    matches!(
        path,
        "requests.Session" | "requests.session" | "httpx.Client" | "google.auth.transport.requests.AuthorizedSession"
    )
}

/// True for a value that an external call gave and that keeps what it is in a `with` statement.
pub fn is_client(path: &str) -> bool {
    path == SESSION || path.ends_with("Client()")
}

pub(super) fn kind_of(word: &str) -> Option<WorkloadKind> {
    match word {
        "services" => Some(WorkloadKind::Service),
        "jobs" => Some(WorkloadKind::Job),
        "workerPools" => Some(WorkloadKind::WorkerPool),
        _ => None,
    }
}

/// The collection of a kind, as it stands in names.
pub(super) fn workloads(kind: WorkloadKind) -> &'static str {
    match kind {
        WorkloadKind::Service => "services",
        WorkloadKind::Job => "jobs",
        WorkloadKind::WorkerPool => "workerPools",
    }
}

/// `parent/services/id`
fn joined<'a>(values: &[Val<'a>; 2], collection: &str, at: At) -> Val<'a> {
    let [parent, id] = values;
    let mut parts = text_parts(parent);
    parts.push(Part::Lit(format!("/{collection}/").into()));
    parts.extend(text_parts(id));
    Val::new(Kind::Text(compact(parts)), at)
}

pub(super) fn joined_parts<'a>(path: &Val<'a>, id: &Val<'a>, at: At) -> Val<'a> {
    let mut parts = text_parts(path);
    parts.push(Part::Lit("/".into()));
    parts.extend(text_parts(id));
    Val::new(Kind::Text(compact(parts)), at)
}

fn text_parts(value: &Val<'_>) -> Vec<Part> {
    match &value.kind {
        Kind::Text(parts) => parts.to_vec(),
        _ => {
            let whys = value.whys().unwrap_or_else(|| why(WhyKind::Unsupported, "this is no text", value.at));
            vec![Part::Hole { whys, options: Rc::from([]), extent: Extent::Text }]
        }
    }
}

/// `client.service_path(project, location, service)` and its like.
fn path_of<'a>(named: &str, args: &[Val<'a>], keywords: &Keywords<'a>, at: At) -> Option<Val<'a>> {
    let last = match named {
        "service" => Some(("services", "service")),
        "job" => Some(("jobs", "job")),
        "worker_pool" => Some(("workerPools", "worker_pool")),
        "common_location" => None,
        _ => return None,
    };
    let mut parts = Vec::new();
    let names = [("projects", "project"), ("locations", "location")].into_iter().chain(last);
    for (index, (collection, name)) in names.enumerate() {
        let given = keywords.iter().find(|(key, _)| **key == *name).map(|(_, value)| value.clone());
        let value = args.get(index).cloned().or(given)?;
        let slash = if index > 0 { "/" } else { "" };
        parts.push(Part::Lit(format!("{slash}{collection}/").into()));
        parts.extend(text_parts(&value));
    }
    Some(Val::new(Kind::Text(compact(parts)), at))
}
