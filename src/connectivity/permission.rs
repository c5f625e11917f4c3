//! Roles of service agents, where one decides. A policy of a project does not hold what its folders and the
//! organization grant: that a role is missing there proves nothing where everything works.

use super::modes;
use super::scene::Scene;
use super::step::{Judgement, Step};
use crate::checks::gcloud_command;
use crate::model::diagnosis::{Mode, Proof, Remedy};
use crate::model::{
    Api, Condition, ConditionState, ConnectorName, FailedOperation, IamPolicy, LiveWorkload, PolicyResource, Why,
    WhyKind,
};

/// The newest revision's failure, where it never became ready.
pub fn failed_rollout(live: &LiveWorkload) -> Option<&Condition> {
    let failed = live.terminal_condition.as_ref()?;
    let is_behind = live.newest_revision_is_ready() == Some(false);
    (is_behind && failed.state == ConditionState::Failed).then_some(failed)
}

/// True for the API's sentence on a connector that cannot be used: one text for four causes.
pub fn is_about_connector(condition: &Condition) -> bool {
    let text = condition.message.to_ascii_lowercase();
    text.contains("vpc connector") && (text.contains("permission") || text.contains("does not exist"))
}

/// Whether Cloud Run may use a connector of another project.
pub fn connector_user(scene: &Scene<'_>, step: &mut Step, live: &LiveWorkload, name: &ConnectorName) {
    if name.project == live.name.project {
        return;
    }
    let failed = failed_rollout(live).filter(|condition| is_about_connector(condition));
    let Some(failed) = failed else {
        let text = "a revision became ready with it, so it could be used then";
        if live.newest_revision_is_ready() == Some(true) {
            let judgement = Judgement::ruled_out(&modes::CONNECTOR_NOT_PERMITTED, name, text);
            step.judge(judgement.proof(Proof::new(
                &live.name,
                "latestReadyRevision",
                live.latest_ready_revision.clone().unwrap_or_default(),
            )));
        }
        return;
    };
    let Some(number) = scene.project_number(&live.name.project) else {
        let text =
            format!("the number of project {} is not known, which its service agent is named by", live.name.project);
        step.unknown(&modes::CONNECTOR_NOT_PERMITTED, name, Why::new(WhyKind::NotAsked, text));
        return;
    };
    let agent = format!("service-{number}@serverless-robot-prod.iam.gserviceaccount.com");
    let roles = ["roles/vpcaccess.user", "roles/vpcaccess.admin", "roles/editor", "roles/owner"];
    match granted(scene, &name.project, &agent, &roles) {
        Err(why) => {
            step.unknown(&modes::CONNECTOR_NOT_PERMITTED, name, why);
        }
        Ok(Some(proof)) => {
            let text = format!("{agent} has the role in {}", name.project);
            step.judge(Judgement::ruled_out(&modes::CONNECTOR_NOT_PERMITTED, name, text).proof(proof));
        }
        Ok(None) => {
            let title = format!(
                "connector {} is there in project {}, but {agent} has no roles/vpcaccess.user there",
                name.name, name.project
            );
            let judgement = Judgement::cause(&modes::CONNECTOR_NOT_PERMITTED, name, title)
                .proof(Proof::new(&live.name, "terminalCondition.message", &failed.message))
                .proof(Proof::absent(format!("projects/{}", name.project), "bindings[roles/vpcaccess.user]"));
            step.judge(judgement.remedy(grant(&name.project, &agent, "roles/vpcaccess.user")));
        }
    }
}

/// Whether the service agent of Serverless VPC Access has its role, for a connector that could not be made.
pub fn connector_agent(scene: &Scene<'_>, step: &mut Step, name: &ConnectorName, failed: Option<&FailedOperation>) {
    const MODE: &Mode = &modes::AGENT_LACKS_ROLE;
    let said = failed.filter(|failed| {
        let text = failed.message.to_ascii_lowercase();
        text.contains("vpcaccess.serviceagent") || text.contains("vpc access service agent")
    });
    let agent = scene
        .project_number(&name.project)
        .map(|number| format!("service-{number}@gcp-sa-vpcaccess.iam.gserviceaccount.com"));
    let roles = ["roles/vpcaccess.serviceAgent", "roles/editor", "roles/owner"];
    let found = agent.as_deref().map(|agent| granted(scene, &name.project, agent, &roles));
    let shown = agent.clone().unwrap_or_else(|| "the service agent of Serverless VPC Access".to_owned());
    match (said, found) {
        (None, Some(Ok(Some(proof)))) => {
            let text = format!("{shown} has its role in {}", name.project);
            step.judge(Judgement::ruled_out(MODE, name, text).proof(proof));
        }
        (None, Some(Err(why))) => {
            step.judge(Judgement::unknown(MODE, name, why));
        }
        // Another failure is on record, and the role may be granted above the project.
        (None, Some(Ok(None))) if failed.is_some() => {
            step.judge(Judgement::ruled_out(MODE, name, "the failed operation does not name the service agent's role"));
        }
        (None, None) => {}
        (said, found) => {
            let title = format!("{shown} has no roles/vpcaccess.serviceAgent in {}", name.project);
            let mut judgement = Judgement::cause(MODE, name, title);
            if let Some(failed) = said {
                judgement = judgement.proof(super::broken_connector::operation(failed));
            }
            if let Some(Ok(None)) = found {
                let field = "bindings[roles/vpcaccess.serviceAgent]";
                judgement = judgement.proof(Proof::absent(format!("projects/{}", name.project), field));
            }
            step.judge(judgement.remedy(grant(&name.project, &shown, "roles/vpcaccess.serviceAgent")));
        }
    }
}

fn grant(project: &str, agent: &str, role: &str) -> Remedy {
    let project = gcloud_command::quoted(project);
    let binding = |verb: &str| {
        format!("gcloud projects {verb}-iam-policy-binding {project} --member serviceAccount:{agent} --role {role}")
    };
    Remedy::command(binding("add"), format!("gcloud projects get-iam-policy {project}"), binding("remove"))
}

/// The binding that gives an account one of the roles in a project; `None` where the project's own policy has none.
fn granted(scene: &Scene<'_>, project: &str, account: &str, roles: &[&str]) -> Result<Option<Proof>, Why> {
    scene.coverage().answered_in_project(Api::ProjectIamPolicy, project)?;
    let of_project = |policy: &&IamPolicy| policy.resource == PolicyResource::Project(project.to_owned());
    let Some(policy) = scene.inventory().iam_policies.iter().find(of_project) else {
        return Err(Why::new(WhyKind::Malformed, format!("the IAM policy of {project} was answered with nothing")));
    };
    let member = format!("serviceAccount:{account}");
    let mut open = None;
    for binding in policy.bindings.iter().filter(|binding| binding.members.contains(&member)) {
        let custom = !binding.role.starts_with("roles/");
        let wanted = roles.contains(&&*binding.role);
        if wanted && !binding.conditional {
            let field = format!("bindings[{}]", binding.role);
            return Ok(Some(Proof::new(format!("projects/{project}"), &field, member)));
        }
        if wanted || custom {
            let text = format!("{account} has {} in {project}, which may or may not hold what is needed", binding.role);
            open = Some(Why::new(WhyKind::Dynamic, text));
        }
    }
    open.map_or(Ok(None), Err)
}
