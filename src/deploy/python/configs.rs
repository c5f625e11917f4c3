//! Configs with VPC access that a script builds: dicts and instances that name a service.

use std::rc::Rc;

use super::Evaluator;
use super::value::{At, Elem, Key, Kind, Obj, ObjId, Val, Whys, why};
use crate::deploy::gcloud;
use crate::model::{Change, DeployCommand, Fact, Guard, WhyKind, WorkloadKind};

/// An instance with VPC access.
#[derive(Clone, Debug)]
pub struct Config {
    /// The instance.
    pub instance: ObjId,
    at: At,
    guards: Rc<[Guard]>,
}

impl<'a> Evaluator<'a> {
    /// Remembers that an instance has VPC access, from here on.
    pub fn note_config(&mut self, instance: ObjId, at: At, guards: Rc<[Guard]>) {
        if self.silent == 0 && !self.configs.iter().any(|config| config.instance == instance) {
            self.configs.push(Config { instance, at, guards });
        }
    }

    /// At the end: every service config with VPC access that the script has built.
    pub fn record_configs(&mut self) {
        for id in 0..self.heap.len() {
            if self.silent_dicts.contains(&id) {
                continue;
            }
            if matches!(self.heap.get(id), Some(Obj::Dict(_))) {
                self.record_dict(id);
            }
        }
        for config in std::mem::take(&mut self.configs) {
            self.record_instance(&config);
        }
        // A config beside the command or call that uses it is not a second deploy.
        for (object, config) in std::mem::take(&mut self.config_commands) {
            let named =
                |command: &DeployCommand| command.name.known().is_some() && command.name.known() == config.name.known();
            if !self.sent.contains(&object) && !self.outcome.commands.iter().any(named) {
                self.outcome.commands.push(config);
            }
        }
    }

    /// The configs in a value that is about to leave the script.
    pub fn record_configs_in(&mut self, value: &Val<'a>) {
        let mut open = vec![value.clone()];
        let mut count = 0;
        while let Some(value) = open.pop() {
            count += 1;
            if count > 1_000 || self.silent > 0 {
                return;
            }
            match &value.kind {
                Kind::Dict(id) => {
                    self.record_dict(*id);
                    if let Some(Obj::Dict(dict)) = self.heap.get(*id) {
                        open.extend(dict.entries.iter().map(|entry| entry.value.clone()));
                    }
                }
                Kind::Instance(id) => {
                    let config = self.configs.iter().find(|config| config.instance == *id).cloned();
                    if let Some(config) = config {
                        self.record_instance(&config);
                    }
                }
                Kind::List(_) | Kind::Tuple(_) => {
                    for element in self.elements(&value).unwrap_or_default() {
                        if let Elem::One(value) = element {
                            open.push(value);
                        }
                    }
                }
                _ => {}
            }
        }
    }

    fn record_dict(&mut self, id: ObjId) {
        let Some(Obj::Dict(dict)) = self.heap.get(id).cloned() else { return };
        let find = |name: &str| {
            let key = Key::Text(name.into());
            dict.entries.iter().find(|entry| entry.key == key).map(|entry| entry.value.clone())
        };
        // The body of an API request has it in its template.
        let in_template = || match find("template")?.kind {
            Kind::Dict(id) => match self.heap.get(id) {
                Some(Obj::Dict(template)) => {
                    let key = Key::Text("vpc_access".into());
                    template.entries.iter().find(|entry| entry.key == key).map(|entry| entry.value.clone())
                }
                _ => None,
            },
            _ => None,
        };
        let Some(access) = find("vpc_access").or_else(in_template) else { return };
        let Some(name) = find("name").or_else(|| find("service_name")) else { return };
        let project = find("project").or_else(|| find("project_id"));
        let region = find("region").or_else(|| find("location"));
        self.record_config(id, &name, project, region, &access, dict.at, dict.guards.to_vec());
    }

    fn record_instance(&mut self, config: &Config) {
        let find = |evaluator: &Self, name: &str| match evaluator.heap.get(config.instance) {
            Some(Obj::Instance { attributes, class, open }) => attributes
                .get(name)
                .cloned()
                .or_else(|| evaluator.class_attribute(*class, name).filter(|_| open.is_none())),
            _ => None,
        };
        let Some(access) = find(self, "vpc_access") else { return };
        let Some(name) = find(self, "name").or_else(|| find(self, "service_name")) else { return };
        let project = find(self, "project").or_else(|| find(self, "project_id"));
        let region = find(self, "region").or_else(|| find(self, "location"));
        self.record_config(config.instance, &name, project, region, &access, config.at, config.guards.to_vec());
    }

    #[allow(clippy::too_many_arguments)] // What is known of one config.
    fn record_config(
        &mut self,
        object: ObjId,
        name: &Val<'a>,
        project: Option<Val<'a>>,
        region: Option<Val<'a>>,
        access: &Val<'a>,
        at: At,
        guards: Vec<Guard>,
    ) {
        if matches!(access.kind, Kind::None) {
            return;
        }
        let origin = self.origin(at);
        let fact = |evaluator: &Self, value: &Option<Val<'a>>| match value {
            Some(value) => evaluator.word(value).fact(),
            None => Fact::Absent(origin.clone()),
        };
        let (project, region) = (fact(self, &project), fact(self, &region));
        let names = gcloud::name_context(&project, &region, self.repository.context);
        let field = |evaluator: &Self, key: &str| -> Option<Fact<String>> {
            match &access.kind {
                Kind::Dict(id) => match evaluator.heap.get(*id) {
                    Some(Obj::Dict(dict)) => {
                        let key = Key::Text(key.into());
                        match dict.entries.iter().find(|entry| entry.key == key) {
                            Some(entry) if matches!(entry.value.kind, Kind::None) => None,
                            Some(entry) => Some(evaluator.word(&entry.value).fact()),
                            None => dict.open.as_ref().map(|whys| Fact::Unknown(evaluator.whys(whys))),
                        }
                    }
                    Some(Obj::Lost(whys)) => Some(Fact::Unknown(evaluator.whys(whys))),
                    _ => None,
                },
                _ => {
                    let whys: Whys = access
                        .whys()
                        .unwrap_or_else(|| why(WhyKind::Unsupported, "this form of VPC access is not evaluated", at));
                    Some(Fact::Unknown(evaluator.whys(&whys)))
                }
            }
        };
        let connector = field(self, "connector");
        let egress = field(self, "egress");
        let command = DeployCommand {
            assumes: Vec::new(),
            origin: origin.clone(),
            tool: "python".to_owned(),
            action: "vpc_access".to_owned(),
            kind: WorkloadKind::Service,
            name: self.word(name).fact(),
            project,
            region,
            connector: connector
                .map_or(Change::Leave, |fact| Change::Set(fact.map(|text| gcloud::spell_connector(text, &names)))),
            egress: egress.map_or(Change::Leave, |fact| Change::Set(fact.map(gcloud::spell_egress))),
            interfaces: Change::Leave,
            traffic: Vec::new(),
            guards,
        };
        if self.silent == 0 && !self.config_commands.iter().any(|(_, other)| *other == command) {
            self.config_commands.push((object, command));
        }
    }
}
