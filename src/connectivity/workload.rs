//! What is wrong with a workload itself: what serves, what was rolled out, what it was attached to. Where a check has
//! judged, its finding is taken.

use super::attachment::Attachment;
use super::permission::failed_rollout;
use super::scene::Scene;
use super::step::{Judgement, Said};
use super::{modes, nat};
use crate::checks::gcloud_command;
use crate::model::diagnosis::{Likelihood, Mode, Proof, Remedy};
use crate::model::{Egress, Fact, LiveWorkload, WorkloadKind};

/// Everything that is judged of a workload.
pub fn judge(scene: &Scene<'_>, live: &LiveWorkload, attachment: Option<&Attachment>) -> Vec<Judgement> {
    let mut all = Vec::new();
    stale(scene, live, &mut all);
    rollout(scene, live, &mut all);
    connector(scene, live, &mut all);
    bypassed(scene, live, attachment, &mut all);
    all
}

/// #18.
fn stale(scene: &Scene<'_>, live: &LiveWorkload, all: &mut Vec<Judgement>) {
    const MODE: &Mode = &modes::STALE_REVISION;
    if live.name.kind == WorkloadKind::Job {
        return;
    }
    match scene.workload_finding("traffic-on-stale-revision", &live.name) {
        Some(finding) => {
            let worst = scene.pair(&live.name).into_iter().flat_map(|pair| &pair.serving);
            let worst =
                worst.filter(|serving| serving.serving.percent > 0).max_by_key(|serving| serving.serving.percent);
            let made = worst.and_then(|serving| {
                let name = serving.serving.revision.as_deref()?;
                let mut all = scene.inventory().revisions.iter();
                let own = all.find(|own| *own.service == live.name && own.name == name)?;
                Some(Proof::new(format!("{}/revisions/{name}", live.name), "createTime", own.create_time.clone()?))
            });
            let only_tags = worst.is_none();
            let likelihood = if only_tags { Likelihood::Possible } else { Likelihood::Likely };
            all.push(Judgement::of_finding(MODE, &live.name, finding).proof(made).likelihood(likelihood));
        }
        None if scene.pair(&live.name).is_some_and(|pair| pair.serving.iter().all(|own| own.vpc.is_ok())) => {
            let text = "every revision that serves has the template's VPC access";
            all.push(Judgement::ruled_out(MODE, &live.name, text));
        }
        None => {}
    }
}

/// #19, and #20 where the API says so itself.
fn rollout(scene: &Scene<'_>, live: &LiveWorkload, all: &mut Vec<Judgement>) {
    const MODE: &Mode = &modes::ROLLOUT_FAILED;
    let own = &live.name;
    let Some(failed) = failed_rollout(live) else {
        if live.newest_revision_is_ready() == Some(true) {
            let ready = live.latest_ready_revision.clone().unwrap_or_default();
            let judgement = Judgement::ruled_out(MODE, own, format!("the newest revision, {ready}, became ready"));
            all.push(judgement.proof(Proof::new(own, "latestReadyRevision", ready)));
        }
        return;
    };
    let newest = live.latest_created_revision.clone().unwrap_or_default();
    let serves = live.latest_ready_revision.clone();
    let still = serves.as_ref().map(|ready| format!("; {ready} is the newest that became ready")).unwrap_or_default();
    let said = match (&*failed.message, &failed.reason) {
        ("", Some(reason)) => reason.clone(),
        ("", None) => "the API gives no reason".to_owned(),
        (message, _) => message.trim_end_matches('.').to_owned(),
    };
    let title = format!("revision {newest} failed: {said}{still}");
    let mut judgement = Judgement::cause(MODE, own, title)
        .likelihood(Likelihood::Likely)
        .proof(Proof::new(own, "latestCreatedRevision", &newest))
        .proof(serves.map(|ready| Proof::new(own, "latestReadyRevision", ready)))
        .proof(Proof::new(own, "terminalCondition.message", &failed.message))
        .proof(failed.reason.as_ref().map(|reason| Proof::new(own, "terminalCondition.reason", reason)))
        .remedy(Remedy::command(
            format!(
                "gcloud logging read 'resource.labels.revision_name={newest}' --project {} --limit 50",
                gcloud_command::quoted(&own.project)
            ),
            gcloud_command::describe_workload(own),
            "",
        ))
        .remedy(Remedy::words("mend what the condition says, and deploy again"));
    for finding in scene.findings.iter().filter(|finding| finding.subject == crate::finding::Subject::from(own)) {
        if finding.rule.contains("rollout") {
            judgement = judgement.finding(&finding.id);
        }
    }
    all.push(judgement);
    if failed.reason.as_deref() == Some("VPC_NETWORK_NOT_FOUND") {
        let interface = live.workload.vpc.interfaces.known().and_then(|list| list.first());
        let named = interface.map_or_else(
            || "it".to_owned(),
            |one| crate::reconcile::fields::interfaces_text(std::slice::from_ref(one)),
        );
        let title = format!(
            "{named} is not found from project {}; on a Shared VPC it is named in full, as projects/HOST/…",
            own.project
        );
        let mut judgement = Judgement::cause(&modes::NETWORK_NOT_FOUND, own, title)
            .likelihood(Likelihood::Likely)
            .proof(Proof::new(own, "terminalCondition.reason", "VPC_NETWORK_NOT_FOUND"));
        if let Some(interface) = interface {
            judgement = judgement.fact(&interface.network).fact(&interface.subnetwork);
        }
        all.push(judgement.remedy(super::interface::attach(live)));
    }
    let text = failed.message.to_ascii_lowercase();
    if text.contains("insufficient free ip addresses") {
        let subnetwork = live.workload.vpc.interfaces.known().and_then(|list| list.first()?.subnetwork.known());
        let subject = subnetwork.map_or_else(|| own.to_string(), ToString::to_string);
        let title = format!("{} has too few free addresses", subnetwork.map_or("the subnetwork", |own| &*own.name));
        let judgement = Judgement::cause(&modes::SUBNETWORK_TOO_SMALL, subject, title).likelihood(Likelihood::Likely);
        all.push(
            judgement
                .proof(Proof::new(own, "terminalCondition.message", &failed.message))
                .remedy(super::interface::attach(live)),
        );
    }
}

/// #25 and #26.
fn connector(scene: &Scene<'_>, live: &LiveWorkload, all: &mut Vec<Judgement>) {
    let own = &live.name;
    let finding = scene
        .workload_finding("workload-connector-changed", own)
        .or_else(|| scene.workload_finding("workload-interfaces-changed", own));
    let Some(finding) = finding else { return };
    let declares =
        finding.declared.iter().any(|declared| declared.value.as_deref().is_some_and(|value| value != "none"));
    let has_connector = live.workload.vpc.connector.known().is_some();
    if declares && live.workload.vpc.is_detached() {
        let mut judgement = Judgement::of_finding(&modes::DETACHED, &live.name, finding);
        let who = live.last_modifier.as_deref().unwrap_or("somebody");
        let when = live.update_time.as_deref().map(|when| format!(" at {when}")).unwrap_or_default();
        let with = live.client.as_deref().map(|client| format!(" with {client}")).unwrap_or_default();
        if let Said::Cause { title, .. } = &mut judgement.said {
            *title = format!("{} was detached from the VPC; last changed by {who}{when}{with}", own.name);
        }
        all.push(judgement);
    } else if !declares && has_connector {
        let judgement = Judgement::of_finding(&modes::LEFT_OVER, &live.name, finding).likelihood(Likelihood::Likely);
        all.push(judgement.remedy(Remedy::words(
            "gcloud keeps an earlier --vpc-connector: a deploy without the flag does not take it away",
        )));
    }
}

/// #13.
fn bypassed(scene: &Scene<'_>, live: &LiveWorkload, attachment: Option<&Attachment>, all: &mut Vec<Judgement>) {
    const MODE: &Mode = &modes::NAT_BYPASSED;
    let Some(finding) = scene.workload_finding("workload-egress-changed", &live.name) else { return };
    let private = !matches!(live.workload.vpc.egress, Fact::Known(Egress::AllTraffic, _) | Fact::Unknown(_));
    let Some((attachment, network)) = attachment.and_then(|own| Some((own, own.network.as_ref().ok()?))) else {
        return;
    };
    if !private {
        return;
    }
    match nat::covering(scene, network, attachment) {
        Err(why) => all.push(Judgement::unknown(MODE, &live.name, why)),
        Ok(Some(found)) => match found.manual_addresses() {
            Some(addresses) => {
                let mut judgement = Judgement::of_finding(MODE, &live.name, finding)
                    .likelihood(Likelihood::Likely)
                    .fact(&found.nat.allocation)
                    .proof(Proof::new(&found.router, "nats[].natIps", addresses.join(" ")));
                if let Said::Cause { title, .. } = &mut judgement.said {
                    let list = addresses.join(", ");
                    *title = format!(
                        "public traffic of {} no longer leaves through Cloud NAT {} with its fixed addresses ({list})",
                        live.name.name,
                        found.name()
                    );
                }
                all.push(judgement);
            }
            None => {
                let text = "the NAT has no addresses that were given by hand, which a partner could allow";
                all.push(Judgement::ruled_out(MODE, &live.name, text).fact(&found.nat.allocation));
            }
        },
        Ok(None) => all.push(Judgement::ruled_out(MODE, &live.name, "no NAT covers it")),
    }
}
