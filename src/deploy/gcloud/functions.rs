//! `gcloud functions deploy`: a function of the 2nd generation is a Cloud Run service, one of the 1st is none.

use super::Reading;
use super::reader::State;
use super::uses::Setting;
use crate::model::{DeployCommand, Fact, Guard, Origin, WhyKind};

/// The service that the command deploys.
///
/// Where no flag says the generation, a new function is of the 2nd and one that exists keeps its own: that is a guard.
pub fn reading(state: &State, mut deploy: DeployCommand, command: &Origin) -> Reading {
    match state.uses.get("--gen2") {
        Some(Setting::Off(_)) => return Reading::Other,
        Some(Setting::Given(_)) => {}
        Some(Setting::Unknown(_)) | None => deploy.guards.push(Guard {
            text: "the function is of the 2nd generation".to_owned(),
            origin: command.clone(),
            negated: false,
            decided: None,
        }),
    }
    // Cloud Functions writes a name that a service cannot have in another way.
    let is_plain =
        |name: &str| name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    deploy.name = match deploy.name {
        Fact::Known(name, origin) if !is_plain(&name) => {
            let text = "the service of a function with such a name has another name";
            Fact::unknown(crate::model::Why::at(WhyKind::Dynamic, text, origin))
        }
        name => name,
    };
    Reading::Deploy(Box::new(deploy))
}
