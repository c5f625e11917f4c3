//! Which live workloads hang on which connector.

use std::collections::BTreeMap;

use crate::model::{ConnectorName, LiveWorkload, Why};

/// The live workloads by the connector that their template names.
#[derive(Clone, Debug, Default)]
pub struct Attached {
    /// Short names, in the order of the workloads.
    names: BTreeMap<ConnectorName, Vec<String>>,
    /// By region: why a workload there names a connector that cannot be told.
    unclear: BTreeMap<String, Why>,
}

impl Attached {
    /// Of these workloads.
    pub fn of(workloads: &[LiveWorkload]) -> Self {
        let mut attached = Self::default();
        for live in workloads {
            let connector = &live.workload.vpc.connector;
            if let Some(name) = connector.known() {
                attached.names.entry(name.clone()).or_default().push(live.name.name.clone());
            }
            if let Some(why) = connector.whys().first() {
                attached.unclear.entry(live.name.region.clone()).or_insert_with(|| why.clone());
            }
        }
        attached
    }

    /// Short names of the workloads whose template names the connector.
    pub fn to(&self, connector: &ConnectorName) -> &[String] {
        self.names.get(connector).map(Vec::as_slice).unwrap_or_default()
    }

    /// Why a workload of the region may hang on any connector there.
    pub fn unclear_in(&self, region: &str) -> Option<&Why> {
        self.unclear.get(region)
    }
}
