//! Operations on VPC Access connectors: those that failed.

use serde::Deserialize;
use serde_json::Value;

use super::resource::{Int, Moment, own_name};
use crate::model::{ConnectorName, FailedOperation, NameContext};

/// `google.longrunning.Operation` with `google.cloud.vpcaccess.v1.OperationMetadata`.
#[derive(Deserialize)]
struct ApiOperation {
    name: Option<String>,
    metadata: Option<ApiMetadata>,
    error: Option<ApiError>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ApiMetadata {
    method: Option<String>,
    target: Option<String>,
    create_time: Option<Moment>,
    end_time: Option<Moment>,
}

#[derive(Deserialize)]
struct ApiError {
    code: Option<Int>,
    message: Option<String>,
}

/// Reads an operation; `None` for one that did not fail.
///
/// # Errors
/// What is wrong with the item; a failure that names no connector.
pub(super) fn failed(item: &Value, context: &NameContext) -> Result<Option<FailedOperation>, String> {
    let api = ApiOperation::deserialize(item).map_err(|error| error.to_string())?;
    let name = api.name.unwrap_or_default();
    own_name(&name, &["operations"], context)?;
    let Some(error) = api.error else { return Ok(None) };
    let metadata = api.metadata.ok_or("it failed, and does not say on what")?;
    let target = metadata.target.ok_or("it failed, and does not say on what")?;
    let connector = ConnectorName::parse(&target, context).map_err(|error| error.to_string())?;
    Ok(Some(FailedOperation {
        name,
        connector,
        method: metadata.method,
        code: error.code.map(|Int(code)| code),
        message: error.message.unwrap_or_default(),
        time: metadata.end_time.or(metadata.create_time).map(|Moment(time)| time),
    }))
}
