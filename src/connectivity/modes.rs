//! The failure modes: one entry each, with what proves it and what mends it. docs/diagnose.md is compared with this
//! table.

use crate::model::diagnosis::Mode;

const fn provable(
    number: u8,
    slug: &'static str,
    symptom: &'static str,
    proof: &'static str,
    fix: &'static str,
) -> Mode {
    Mode { number: Some(number), slug, symptom, proof, fix, provable: true }
}

const fn advice(number: u8, slug: &'static str, symptom: &'static str, proof: &'static str, fix: &'static str) -> Mode {
    Mode { number: Some(number), slug, symptom, proof, fix, provable: false }
}

const fn step(slug: &'static str, symptom: &'static str, proof: &'static str, fix: &'static str) -> Mode {
    Mode { number: None, slug, symptom, proof, fix, provable: true }
}

macro_rules! modes {
    ($($(#[$about:meta])* $name:ident = $mode:expr;)+) => {
        $($(#[$about])* pub static $name: Mode = $mode;)+

        /// Every mode, by number; those that are only steps come last.
        pub static ALL: &[&Mode] = &[$(&$name),+];
    };
}

modes! {
    /// #1
    CONNECTOR_MISSING = provable(1, "connector-missing",
        "a deploy fails because the connector does not exist, or what serves cannot reach the VPC",
        "the list of connectors of its project and region was answered, and does not hold it",
        "create the connector again under the same name, or name one that exists");
    /// #2
    CONNECTOR_NOT_PERMITTED = provable(2, "connector-not-permitted",
        "a deploy fails because Cloud Run has no permission to use the connector",
        "the connector is there, the newest revision failed over it, and the IAM policy of its project grants the Cloud Run service agent no `roles/vpcaccess.user`",
        "grant `roles/vpcaccess.user` to the Cloud Run service agent in the connector's project");
    /// #3
    API_DISABLED = provable(3, "vpcaccess-disabled",
        "Serverless VPC Access is not found",
        "`vpcaccess.googleapis.com` is not enabled in the connector's project",
        "enable `vpcaccess.googleapis.com`");
    /// #4
    CONNECTOR_ERROR = provable(4, "connector-in-error",
        "every request into the VPC hangs",
        "the connector's `state` is `ERROR`",
        "make a connector of another name, move the workloads to it, delete this one");
    /// #5
    RANGE_OVERLAPS = provable(5, "connector-range-overlaps",
        "a connector never becomes healthy",
        "its failed operation names a conflict, or its range overlaps a subnetwork, a reserved range, a Redis range or a route of its network",
        "make a connector with a range that nothing else uses");
    /// #6
    AGENT_LACKS_ROLE = provable(6, "connector-agent-lacks-role",
        "a connector cannot be made because its service agent lacks its role",
        "the failed operation names the service agent's role, or the IAM policy of the connector's project does not grant it",
        "grant `roles/vpcaccess.serviceAgent` to the service agent of Serverless VPC Access");
    /// #7
    IMAGE_REFUSED = provable(7, "connector-image-refused",
        "a connector cannot be made because an organization policy refuses its images",
        "the failed operation names `serverless-vpc-access-images` or `compute.trustedImageProjects`",
        "allow `projects/serverless-vpc-access-images` in `constraints/compute.trustedImageProjects`");
    /// #8
    OTHER_NETWORK = provable(8, "target-on-other-network",
        "only the database or cache times out",
        "the network of the connector or interface is not the network of the private address of the target",
        "attach the workload to the network of the target");
    /// #9
    SQL_BROKEN = provable(9, "sql-not-reachable",
        "the database times out after it was changed",
        "the instance has no private network or address, another address, is not `RUNNABLE`, or is stopped",
        "give the instance its private address back, or start it");
    /// #10
    PEERING_BROKEN = provable(10, "peering-broken",
        "databases and caches behind private service access time out",
        "the network has no private connection, or its peering `servicenetworking-googleapis-com` is not `ACTIVE`",
        "make the private connection again with its reserved ranges");
    /// #11
    REDIS_BROKEN = provable(11, "redis-not-reachable",
        "the cache times out or refuses",
        "the instance is not `READY`, or its host or port is not the one that is used",
        "wait for or repair the instance, or use its host and port");
    /// #12
    NAT_MISSING = provable(12, "nat-missing",
        "calls to public addresses time out",
        "all traffic goes through the VPC, and no public Cloud NAT of the region covers the subnetwork",
        "send private ranges only through the VPC, or add a Cloud NAT that covers the subnetwork");
    /// #13
    NAT_BYPASSED = provable(13, "nat-bypassed",
        "a partner that allows certain addresses refuses requests",
        "only private ranges go through the VPC although all traffic is declared, and the Cloud NAT has addresses that were given by hand",
        "send all traffic through the VPC again");
    /// #14
    PUBLIC_NAME = advice(14, "private-egress-public-name",
        "a call to an internal service by its public name is refused",
        "private ranges only go through the VPC, and the name may resolve to a public address",
        "use an internal address, or send all traffic through the VPC");
    /// #15
    GOOGLE_ACCESS_OFF = provable(15, "google-access-off",
        "calls to Google APIs time out",
        "all traffic goes through the VPC, the subnetwork's `privateIpGoogleAccess` is false, and no Cloud NAT covers it",
        "enable Private Google Access on the subnetwork");
    /// #16
    FIREWALL_DENIES = provable(16, "firewall-denies",
        "requests time out although the connector is ready",
        "a firewall rule or policy that goes before the implicit ones denies the traffic of the connector or interface",
        "remove or narrow the rule, or allow the traffic at a lower priority number");
    /// #17
    HOST_RULE_MISSING = provable(17, "host-firewall-rule-missing",
        "a connector on a Shared VPC is unhealthy",
        "the connector lies in a service project, and the host network does not allow the traffic that it needs",
        "add the missing rule to the host network");
    /// #18
    STALE_REVISION = provable(18, "traffic-on-stale-revision",
        "it works for some users, or not although the configuration is right",
        "a revision that has traffic has other VPC access than the template",
        "send the traffic to the latest revision");
    /// #19
    ROLLOUT_FAILED = provable(19, "rollout-failed",
        "a new configuration has no effect",
        "`latestCreatedRevision` is not `latestReadyRevision`, and `terminalCondition` says that it failed",
        "mend what the condition says, and deploy again");
    /// #20
    NETWORK_NOT_FOUND = provable(20, "network-not-found",
        "a deploy with direct VPC egress fails",
        "`terminalCondition.reason` is `VPC_NETWORK_NOT_FOUND`, or the list of networks or subnetworks does not hold the one that is named",
        "name a network and subnetwork that exist; on a Shared VPC by their full names");
    /// #21
    SUBNETWORK_TOO_SMALL = provable(21, "subnetwork-too-small",
        "instances with direct VPC egress do not start",
        "the subnetwork's prefix is longer than /26, or a connector uses it as well",
        "use a subnetwork of /26 or larger that no connector uses");
    /// #22
    UNDERSIZED = advice(22, "connector-undersized",
        "requests time out now and then under load",
        "few instances at most, or a micro machine type; only metrics tell",
        "raise `maxInstances` or the machine type after a look at the metrics");
    /// #23
    OTHER_REGION = provable(23, "connector-in-other-region",
        "a deploy fails because of the connector's region",
        "the region of the connector is not the region of the workload",
        "use a connector of the workload's region");
    /// #24
    OTHER_ENVIRONMENT = provable(24, "connector-of-other-environment",
        "a workload reaches, or fails in, another environment's network",
        "the connector's project is another one than declared, or is called after another environment than the workload's",
        "attach the workload to its own environment's connector");
    /// #25
    DETACHED = provable(25, "connector-detached",
        "private addresses time out after somebody changed the workload",
        "VPC access is declared, and the live template has none",
        "attach the workload again");
    /// #26
    LEFT_OVER = provable(26, "connector-left-over",
        "a workload keeps a connector that was taken out of its declaration",
        "the live template names a connector, and no declaration does",
        "detach it with `--clear-vpc-connector`");
    /// #27
    DELETED_IN_USE = provable(27, "connector-deleted-in-use",
        "revisions keep the name of a connector that was deleted",
        "the connector is not there, and revisions that became ready use it, or the audit log holds its deletion",
        "create it again under the same name, then take it out of what uses it before it is deleted");
    /// #28
    MTU = advice(28, "mtu-not-default",
        "large answers hang",
        "the network's `mtu` is not 1460",
        "use the default MTU for networks that Cloud Run uses");
    /// #29
    NOTHING_SEEN = advice(29, "nothing-in-control-plane",
        "connections are refused, or time out under load, and the configuration is right",
        "no field of the control plane",
        "look at connection pools, limits of the database, and the application's own time limits");
    /// The sender has no way into a VPC.
    NO_VPC_ACCESS = step("no-vpc-access",
        "private addresses time out",
        "what sends has neither a connector nor an interface",
        "attach the workload to the VPC");
    /// No route leads to the target.
    NO_ROUTE = step("no-route",
        "one target times out",
        "the routes of the network were listed, and none leads to the address",
        "add the route, or correct the target's address");
    /// Nothing has the address.
    ADDRESS_UNUSED = step("address-unused",
        "one target times out",
        "the address lies in a range that is reserved for Google's services, and no instance has it",
        "correct the target's address");
    /// A check found that something is otherwise than declared, and no path is known to be hit.
    DECLARED_OTHERWISE = step("declared-otherwise",
        "something on the way is otherwise than declared",
        "a finding of a check, which it names",
        "see `gcp-drift explain RULE`");
}

/// The table of docs/diagnose.md.
pub fn reference() -> String {
    let mut out =
        "| # | mode | what is seen | what proves it | what mends it |\n| --- | --- | --- | --- | --- |\n".to_owned();
    for mode in ALL {
        let number = mode.number.map_or_else(|| "-".to_owned(), |number| number.to_string());
        let proof = if mode.provable { mode.proof.to_owned() } else { format!("nothing, advice only: {}", mode.proof) };
        out.push_str(&format!("| {number} | `{}` | {} | {proof} | {} |\n", mode.slug, mode.symptom, mode.fix));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn docs_diagnose_md_holds_the_table() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/diagnose.md");
        let written = std::fs::read_to_string(path).unwrap().replace("\r\n", "\n");
        let (before, rest) = written.split_once("<!-- modes -->\n").unwrap();
        let (table, after) = rest.split_once("<!-- end of modes -->\n").unwrap();
        if std::env::var_os("GCP_DRIFT_UPDATE_DOCS").is_some() {
            let fresh = format!("{before}<!-- modes -->\n{}<!-- end of modes -->\n{after}", reference());
            std::fs::write(path, fresh).unwrap();
            return;
        }
        assert!(table == reference(), "docs/diagnose.md is stale: run `make docs`");
    }

    #[test]
    fn numbers_run_from_1_to_29_and_slugs_are_unique() {
        let numbers: Vec<u8> = ALL.iter().filter_map(|mode| mode.number).collect();
        assert_eq!(numbers, (1..=29).collect::<Vec<u8>>());
        let mut slugs: Vec<&str> = ALL.iter().map(|mode| mode.slug).collect();
        slugs.sort_unstable();
        slugs.dedup();
        assert_eq!(slugs.len(), ALL.len());
        let advice: Vec<u8> = ALL.iter().filter(|mode| !mode.provable).filter_map(|mode| mode.number).collect();
        assert_eq!(advice, [14, 22, 28, 29]);
    }
}
