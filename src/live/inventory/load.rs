//! The load of VPC Access connectors, from Cloud Monitoring.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Number, Value};

use super::is_short_name;
use super::resource::{Int, Moment};
use crate::model::{ConnectorLoad, ConnectorName, LoadPoint, NameContext};

/// As many points of a series are kept, the newest ones.
const MOST: usize = 100;

/// `TimeSeries` of the Monitoring API with the monitored resource `vpc_access_connector`.
#[derive(Deserialize)]
struct ApiSeries {
    metric: Labelled,
    resource: Labelled,
    points: Option<Vec<ApiPoint>>,
}

#[derive(Deserialize)]
struct Labelled {
    r#type: Option<String>,
    labels: Option<BTreeMap<String, String>>,
}

#[derive(Deserialize)]
struct ApiPoint {
    interval: ApiInterval,
    value: ApiValue,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ApiInterval {
    end_time: Moment,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ApiValue {
    int64_value: Option<Int>,
    double_value: Option<Number>,
    distribution_value: Option<ApiDistribution>,
}

#[derive(Deserialize)]
struct ApiDistribution {
    count: Option<Int>,
    mean: Option<Number>,
}

/// Reads a series.
///
/// # Errors
/// What is wrong with the item; a series of another kind of resource, or with values that are no numbers.
pub(super) fn series(item: &Value, context: &NameContext) -> Result<Option<ConnectorLoad>, String> {
    let api = ApiSeries::deserialize(item).map_err(|error| error.to_string())?;
    let labels = api.resource.labels.unwrap_or_default();
    let label = |name: &str| labels.get(name).filter(|text| is_short_name(text)).cloned();
    let (Some(region), Some(name)) = (label("location"), label("connector_name")) else {
        return Err("it names no connector".to_owned());
    };
    let project = label("project_id").or_else(|| context.project.clone()).unwrap_or_default();
    let full = format!("projects/{project}/locations/{region}/connectors/{name}");
    let connector = ConnectorName::parse(&full, context).map_err(|error| error.to_string())?;
    let mut points = Vec::new();
    for point in api.points.unwrap_or_default() {
        points.extend(self::point(point)?);
    }
    points.sort_by_key(|point| std::cmp::Reverse(point.time));
    points.truncate(MOST);
    Ok(Some(ConnectorLoad {
        connector,
        metric: api.metric.r#type.ok_or("it names no metric")?,
        labels: api.metric.labels.unwrap_or_default(),
        points,
    }))
}

/// A point; `None` for a distribution of nothing, which has no mean.
fn point(api: ApiPoint) -> Result<Option<LoadPoint>, String> {
    let Moment(time) = api.interval.end_time;
    let value = match (api.value.int64_value, api.value.double_value, api.value.distribution_value) {
        (Some(Int(number)), None, None) => number.into(),
        (None, Some(number), None) => number,
        (None, None, Some(ApiDistribution { mean: Some(mean), .. })) => mean,
        // Zero is left out, as always in Google's JSON.
        (None, None, Some(ApiDistribution { count: Some(Int(count)), mean: None })) if count > 0 => 0.into(),
        (None, None, Some(_)) => return Ok(None),
        _ => return Err("a point holds no number".to_owned()),
    };
    Ok(Some(LoadPoint { time, value }))
}
