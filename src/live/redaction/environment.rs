//! The one thing that is kept of environment variables, where it is allowed: where they lead.

use serde_json::Value;

use crate::model::{AllowedVariables, Api, Endpoint, endpoint};

/// Where the containers of a service or worker pool, of a job, and of a revision stand.
const CONTAINERS: [&str; 3] = ["/template/containers", "/template/template/containers", "/containers"];

/// An item of an answer, redacted by `redact`; of allowed variables what they lead to stays, so that it can be read
/// from the item later. Nothing stays of the same names elsewhere, such as in annotations and logs.
pub fn keeping(api: Api, allowed: &AllowedVariables, item: Value, redact: impl FnOnce(Value) -> Value) -> Value {
    let runs = matches!(api, Api::RunServices | Api::RunRevisions | Api::RunJobs | Api::RunWorkerPools);
    let kept = if runs && !allowed.is_empty() { reduced(&item, allowed) } else { Vec::new() };
    let mut clean = redact(item);
    for (place, text) in kept {
        if let Some(value) = clean.pointer_mut(&place) {
            *value = Value::String(text);
        }
    }
    clean
}

/// The places of values that lead somewhere, each with what stays of it.
fn reduced(item: &Value, allowed: &AllowedVariables) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for path in CONTAINERS {
        let containers = item.pointer(path).and_then(Value::as_array);
        for (at, container) in containers.into_iter().flatten().enumerate() {
            let variables = container.get("env").and_then(Value::as_array);
            for (index, variable) in variables.into_iter().flatten().enumerate() {
                let text = |key: &str| variable.get(key).and_then(Value::as_str);
                let (Some(name), Some(value)) = (text("name"), text("value")) else { continue };
                if !allowed.allow(name) {
                    continue;
                }
                let port = || endpoint::port_of(name, value).map(|port| port.to_string());
                let endpoint = Endpoint::of_variable(name, value).ok().map(|endpoint| endpoint.to_string());
                if let Some(kept) = port().or(endpoint) {
                    all.push((format!("{path}/{at}/env/{index}/value"), kept));
                }
            }
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::redacted;
    use super::*;

    fn allowed(names: &[&str]) -> AllowedVariables {
        AllowedVariables::new(&names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>())
    }

    fn item() -> Value {
        let env = json!([
            {"name": "DATABASE_URL", "value": "postgres://u:hunter2@10.0.0.3/hunter2"},
            {"name": "REDIS_HOST", "value": "10.0.0.4"},
            {"name": "REDIS_PORT", "value": "6379"},
            {"name": "DB_PASSWORD", "value": "hunter2"},
            {"name": "MODE", "value": "hunter2"},
            {"name": "COUNT", "value": 7},
            {"name": "KEY", "valueSource": {"secretKeyRef": {"secret": "k"}}},
        ]);
        json!({
            "annotations": {"last-applied": json!({"containers": [{"env": env}]}).to_string()},
            "template": {"containers": [{"env": env, "livenessProbe": {"httpGet": {"httpHeaders": env}}}]},
        })
    }

    #[test]
    fn of_an_allowed_variable_only_where_it_leads_stays() {
        let clean = keeping(Api::RunServices, &allowed(&["*"]), item(), redacted);
        let text = clean.to_string();
        assert!(!text.contains("hunter2"), "{text}");
        let value = |at: usize| clean["template"]["containers"][0]["env"][at]["value"].as_str().unwrap();
        assert_eq!([value(0), value(1), value(2)], ["postgres://10.0.0.3", "10.0.0.4", "6379"]);
        assert!(value(3).starts_with("[redacted") && value(4).starts_with("[redacted"), "{text}");
        assert_eq!(text.matches("10.0.0.3").count(), 1, "neither in the header nor in the annotation: {text}");
        assert_eq!(keeping(Api::RunServices, &allowed(&["*"]), clean.clone(), redacted), clean);
        // A later run that allows nothing takes it out.
        assert!(!keeping(Api::RunServices, &allowed(&[]), clean, redacted).to_string().contains("10.0.0.3"));
    }

    #[test]
    fn nothing_stays_of_what_is_not_allowed_or_no_workload() {
        let clean = keeping(Api::RunServices, &allowed(&["REDIS_HOST", "DATABASE"]), item(), redacted).to_string();
        assert!(clean.contains("10.0.0.4") && !clean.contains("10.0.0.3") && !clean.contains("6379"), "{clean}");
        for (api, names) in [(Api::RunServices, &[][..]), (Api::LoggingEntries, &["*"])] {
            assert_eq!(keeping(api, &allowed(names), item(), redacted), redacted(item()), "{api}");
        }
    }
}
