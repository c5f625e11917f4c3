//! The hop over a VPC Access connector: whether it is there, ready, allowed, and of the right place.

use super::attachment::{Attachment, By};
use super::scene::{Scene, told};
use super::step::{Judgement, Step};
use super::{broken_connector, host_rules, modes, permission, who_uses};
use crate::checks::gcloud_command;
use crate::model::diagnosis::{HopKind, Likelihood, Proof, Remedy};
use crate::model::{
    Api, ApiState, AuditSubject, Connector, ConnectorName, ConnectorState, Fact, LiveWorkload, NetworkName, Why,
    WhyKind,
};

/// Follows a connector: the hop, and where packets come out of it as far as that is known.
pub fn follow(scene: &Scene<'_>, live: &LiveWorkload, name: &ConnectorName) -> (Step, Option<Attachment>) {
    let text = format!("packets enter the VPC through connector {}", name.name);
    let mut step = Step::new(HopKind::Connector, &name.name, text);
    region(&mut step, live, name);
    environment(scene, &mut step, live, name);
    let found = scene.inventory().connectors.iter().find(|own| own.name.known() == Some(name));
    let Some(connector) = found else {
        absent(scene, &mut step, name);
        return (step, None);
    };
    if let Some(disabled) = api_disabled(scene, name) {
        step.judge(disabled);
    }
    step.judge(Judgement::ruled_out(&modes::CONNECTOR_MISSING, name, "the connector is there").fact(&connector.state));
    state(scene, &mut step, name, connector);
    permission::connector_user(scene, &mut step, live, name);
    let attachment = attachment(scene, &mut step, name, connector);
    host_rules::judge(scene, &mut step, name, &attachment);
    (step, Some(attachment))
}

fn region(step: &mut Step, live: &LiveWorkload, name: &ConnectorName) {
    let own = &live.name;
    if name.region == own.region {
        return;
    }
    let title = format!("connector {} lies in {}, and {} in {}", name.name, name.region, own.name, own.region);
    step.judge(
        Judgement::cause(&modes::OTHER_REGION, own, title)
            .proof(Proof::new(own, "template.vpcAccess.connector", name))
            .proof(Proof::new(own, "name", own))
            .remedy(Remedy::command(
                gcloud_command::update_workload(own, &format!("--vpc-connector CONNECTOR_IN_{}", own.region)),
                gcloud_command::describe_workload(own),
                gcloud_command::update_workload(own, &format!("--vpc-connector {name}")),
            )),
    );
}

/// #24. A connector of another project is none by itself: on a Shared VPC it lies in the host project. It is one where
/// the configuration says that the projects are of different environments, where the declaration names a connector of
/// another project than that, or where both projects are called after different environments.
fn environment(scene: &Scene<'_>, step: &mut Step, live: &LiveWorkload, name: &ConnectorName) {
    let own = &live.name;
    let field = Proof::new(own, "template.vpcAccess.connector", name);
    let declared = declared_connector(scene, live);
    let foreign = scene.workload_finding("workload-connector-foreign", own);
    let elsewhere = declared.as_ref().filter(|declared| declared.project != name.project);
    let clash = environment_word(&own.project).zip(environment_word(&name.project)).filter(|(own, other)| own != other);
    if foreign.is_none()
        && (name.project == own.project || declared.as_ref().is_some_and(|declared| declared.project == name.project))
    {
        let said = if name.project == own.project { "is the workload's own" } else { "is the one that is declared" };
        let text = format!("project {} {said}", name.project);
        step.judge(Judgement::ruled_out(&modes::OTHER_ENVIRONMENT, own, text).proof(field));
        return;
    }
    if foreign.is_none() && elsewhere.is_none() && clash.is_none() {
        return;
    }
    let title = format!("{} is attached to connector {} of project {}", own.name, name.name, name.project);
    let back = gcloud_command::update_workload(own, &format!("--vpc-connector {name}"));
    let mut judgement = Judgement::cause(&modes::OTHER_ENVIRONMENT, own, title)
        .likelihood(Likelihood::Likely)
        .proof(field)
        .proof(Proof::new(own, "name", own));
    judgement = match &declared {
        Some(wanted) => judgement.remedy(Remedy::command(
            gcloud_command::update_workload(own, &format!("--vpc-connector {wanted}")),
            gcloud_command::describe_workload(own),
            back,
        )),
        None => judgement.remedy(Remedy::words("attach it to a connector of its own environment")),
    };
    for finding in [foreign, scene.workload_finding("workload-connector-changed", own)].into_iter().flatten() {
        judgement = judgement.finding(&finding.id);
    }
    step.judge(judgement);
}

/// The environment that a project is called after, where it is.
fn environment_word(project: &str) -> Option<&'static str> {
    const WORDS: [(&str, &[&str]); 4] = [
        ("production", &["prod", "prd", "production", "live"]),
        ("staging", &["staging", "stage", "stg", "preprod"]),
        ("development", &["dev", "development", "sandbox"]),
        ("test", &["test", "qa", "uat"]),
    ];
    let parts: Vec<&str> = project.split('-').collect();
    WORDS.iter().find(|(_, words)| words.iter().any(|word| parts.contains(word))).map(|(name, _)| *name)
}

/// The connector that Terraform declares for a workload, where it is one.
pub fn declared_connector(scene: &Scene<'_>, live: &LiveWorkload) -> Option<ConnectorName> {
    let declared = &scene.pair(&live.name)?.terraform;
    let mut names = declared.iter().filter_map(|one| one.value.vpc.connector.known());
    let first = names.next()?;
    names.all(|other| other == first).then(|| first.clone())
}

/// The API that is not enabled, by its own word or by that of the Service Usage API.
fn api_disabled(scene: &Scene<'_>, name: &ConnectorName) -> Option<Judgement> {
    const SERVICE: &str = "vpcaccess.googleapis.com";
    let refused = scene.coverage().answered(Api::VpcAccessConnectors, &name.project, &name.region).err();
    let refused = refused.filter(|why| why.kind == WhyKind::ApiDisabled);
    let of_use = scene.inventory().apis.iter().find(|api| api.project == name.project && api.service == SERVICE);
    let off = of_use.filter(|api| api.state.known() == Some(&ApiState::Disabled));
    if refused.is_none() && off.is_none() {
        return None;
    }
    let subject = format!("projects/{}/services/{SERVICE}", name.project);
    let title = format!("{SERVICE} is not enabled in {}: connectors can be neither read nor used", name.project);
    let project = gcloud_command::quoted(&name.project);
    let mut judgement = Judgement::cause(&modes::API_DISABLED, &subject, title).remedy(Remedy::command(
        format!("gcloud services enable {SERVICE} --project {project}"),
        format!("gcloud services list --enabled --project {project} --filter config.name={SERVICE}"),
        format!("gcloud services disable {SERVICE} --project {project}"),
    ));
    judgement = match off {
        Some(api) => judgement.fact(&api.state),
        None => judgement.proof(Proof::new(&subject, "state", "DISABLED")),
    };
    Some(judgement)
}

/// A connector that is not among those that were answered.
fn absent(scene: &Scene<'_>, step: &mut Step, name: &ConnectorName) {
    if let Some(disabled) = api_disabled(scene, name) {
        step.judge(disabled);
        return;
    }
    let coverage = scene.coverage();
    let by_name = coverage.answered_of(Api::VpcAccessConnectors, &name.project, &name.to_string());
    let listed = coverage.answered(Api::VpcAccessConnectors, &name.project, &name.region);
    if let (Err(by_name), Err(listed)) = (by_name, listed) {
        let why = if by_name.kind == WhyKind::NotAsked { listed } else { by_name };
        step.judge(Judgement::unknown(&modes::CONNECTOR_NOT_PERMITTED, name, why.clone()));
        step.judge(Judgement::unknown(&modes::CONNECTOR_ERROR, name, why.clone()));
        step.unknown(&modes::CONNECTOR_MISSING, name, why);
        return;
    }
    let users = who_uses::workloads(scene, name);
    let revisions = who_uses::revisions(scene, name);
    let place = format!("{}/{}", name.project, name.region);
    let title = format!("connector {} is not there in {place}; {} it", name.name, who_uses::name(&users));
    let make = match scene.connector_finding("connector-missing", name).and_then(|finding| finding.fix.first()) {
        Some(fix) => Remedy::command(fix.text.clone(), fix.verify.clone(), fix.undo.clone()),
        None => Remedy::command(
            gcloud_command::connector("create", name, "--network NETWORK --range RANGE"),
            gcloud_command::connector("describe", name, ""),
            gcloud_command::connector("delete", name, ""),
        ),
    };
    let with_finding = |judgement: Judgement| match scene.connector_finding("connector-missing", name) {
        Some(finding) => judgement.finding(&finding.id),
        None => judgement,
    };
    let mut judgement =
        Judgement::cause(&modes::CONNECTOR_MISSING, name, title).proof(Proof::absent(name, "")).remedy(make.clone());
    for other in candidates(scene, name) {
        let text = format!("or name {}, which is there in the same region", other.name);
        judgement = judgement.remedy(Remedy::words(text));
    }
    step.judge(with_finding(judgement));
    let deletion = scene.inventory().audit_entries.iter().find(|entry| {
        let about = entry.subject.as_ref() == Some(&AuditSubject::Connector(name.clone()));
        about && entry.status.is_ok() && entry.method.known().is_some_and(|method| method.contains("DeleteConnector"))
    });
    let became_ready: Vec<_> = revisions.iter().filter(|revision| who_uses::became_ready(revision)).collect();
    if deletion.is_none() && became_ready.len() < 2 {
        return;
    }
    let title = match deletion {
        Some(entry) => format!("connector {} was deleted at {} while it was in use", name.name, entry.time),
        None => format!("connector {} was deleted while revisions use it that had become ready", name.name),
    };
    let mut judgement = Judgement::cause(&modes::DELETED_IN_USE, name, title).remedy(make).remedy(Remedy::words(
        "before a connector is deleted, take it out of every service, job and revision: as long as one names it, its network cannot be deleted",
    ));
    for revision in became_ready {
        judgement = judgement.proof(Proof::new(
            format!("{}/revisions/{}", revision.service, revision.name),
            "vpcAccess.connector",
            name,
        ));
    }
    if let Some(entry) = deletion {
        judgement = judgement.proof(Proof::new(
            name,
            "protoPayload.methodName",
            entry.method.known().cloned().unwrap_or_default(),
        ));
    }
    step.judge(with_finding(judgement));
}

/// Connectors of the same place that are ready.
fn candidates<'a>(scene: &Scene<'a>, name: &ConnectorName) -> Vec<&'a ConnectorName> {
    let ready = scene.inventory().connectors.iter().filter(|own| own.state.known() == Some(&ConnectorState::Ready));
    let names = ready.filter_map(|own| own.name.known());
    names.filter(|own| own.project == name.project && own.region == name.region).take(3).collect()
}

fn state(scene: &Scene<'_>, step: &mut Step, name: &ConnectorName, connector: &Connector) {
    step.proof(Proof::of(&connector.state));
    match &connector.state {
        Fact::Known(ConnectorState::Ready, _) => {
            let judgement = Judgement::ruled_out(&modes::CONNECTOR_ERROR, name, "the connector is READY");
            step.judge(judgement.fact(&connector.state));
        }
        Fact::Known(ConnectorState::Error, _) => broken_connector::judge(scene, step, name, connector),
        Fact::Known(state, origin) => {
            let why = Why::at(WhyKind::Settling, format!("connector {} is {state}", name.name), origin.clone());
            step.unknown(&modes::CONNECTOR_ERROR, name, why);
        }
        Fact::Absent(origin) => {
            let why = Why::at(WhyKind::Malformed, "the API did not say the connector's state", origin.clone());
            step.unknown(&modes::CONNECTOR_ERROR, name, why);
        }
        Fact::Unknown(whys) => {
            step.doubts.extend(whys.iter().cloned());
        }
    }
}

/// Where packets come out. The API names the network by its short name, which lies where the subnetwork lies.
fn attachment(scene: &Scene<'_>, step: &mut Step, name: &ConnectorName, connector: &Connector) -> Attachment {
    let subnetwork = connector.subnet.known().cloned();
    let network = told(&connector.network, "the connector's network").map(|network| match &subnetwork {
        Some(subnetwork) => NetworkName { project: subnetwork.project.clone(), ..network.clone() },
        None => network.clone(),
    });
    step.fact(&connector.network).fact(&connector.subnet).fact(&connector.ip_cidr_range);
    let range = match (&subnetwork, connector.ip_cidr_range.known()) {
        (Some(subnetwork), _) => {
            let live = scene.subnetwork(subnetwork).ok().flatten();
            live.and_then(|live| live.ip_cidr_range.known().copied())
        }
        (None, range) => range.copied(),
    };
    Attachment {
        network,
        region: name.region.clone(),
        range,
        hidden: subnetwork.is_none(),
        subnetwork,
        tags: ["vpc-connector".to_owned(), format!("vpc-connector-{}-{}", name.region, name.name)].into(),
        by: By::Connector(name.clone()),
    }
}
