//! What only the live side knows of a connector: who uses it, what is under way, why it failed, its load.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::Number;

use super::fact::{Fact, Why};
use super::names::ConnectorName;

/// The health of a connector, beside its state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectorHealth {
    /// The connector.
    pub connector: ConnectorName,
    /// The projects that use it, by id where it is known, else by number.
    pub connected_projects: Fact<BTreeSet<String>>,
    /// Why the connector must not be judged yet, while an operation is under way.
    pub settling: Option<Why>,
    /// For a connector in the state `ERROR` the newest operation that failed: the resource itself carries no reason.
    /// Absent where the connector is not in that state, or no failed operation is on record; unknown where the
    /// operations were not read.
    pub failure: Fact<FailedOperation>,
}

/// An operation on a connector that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailedOperation {
    /// Full name of the operation.
    pub name: String,
    /// The connector.
    pub connector: ConnectorName,
    /// The API's method, such as `google.cloud.vpcaccess.v1.VpcAccessService.CreateConnector`.
    pub method: Option<String>,
    /// The error's code (`google.rpc.Code`).
    pub code: Option<i64>,
    /// The error's message.
    pub message: String,
    /// When it ended, or began where no end is on record.
    pub time: Option<Timestamp>,
}

/// What Cloud Monitoring measured of a connector, one series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectorLoad {
    /// The connector.
    pub connector: ConnectorName,
    /// What is measured, such as `vpcaccess.googleapis.com/connector/cpu/utilizations`.
    pub metric: String,
    /// What tells series of one metric apart.
    pub labels: BTreeMap<String, String>,
    /// The newest points, the newest first.
    pub points: Vec<LoadPoint>,
}

/// A point of a series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadPoint {
    /// The end of its interval.
    pub time: Timestamp,
    /// The value, or the mean of a distribution.
    pub value: Number,
}
