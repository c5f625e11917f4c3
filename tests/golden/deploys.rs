//! Deploy commands as the declaration.

use serde_json::{Value, json};

use super::scene::{Case, Live, Verdict};
use super::services::{CONNECTOR, connector_block, live};

fn case(number: &'static str, words: &'static str, verdict: Verdict, flags: &str, live: Live) -> Case {
    let used = format!("{}output \"c\" {{\n  value = google_vpc_access_connector.c.id\n}}\n", connector_block());
    let mut case = Case::equal(number, words, &used, live);
    case.verdict = verdict;
    case.script = Some(format!(
        "#!/bin/sh\ngcloud run deploy api --project shop-staging --region us-central1 --image api {flags}\n"
    ));
    case
}

pub fn cases() -> Vec<Case> {
    let own = |egress: &str| live(&json!({ "connector": CONNECTOR, "egress": egress }));
    let interface = |value: Value| live(&json!({ "networkInterfaces": [value] }));
    let changed = Verdict::Drift("workload-connector-changed");
    let egress = Verdict::Drift("workload-egress-changed");
    vec![
        case("equal 1i", "gcloud: a short name", Verdict::Equal, "--vpc-connector c", own("PRIVATE_RANGES_ONLY")),
        case(
            "equal 1j",
            "gcloud: a full name",
            Verdict::Equal,
            &format!("--vpc-connector {CONNECTOR}"),
            own("PRIVATE_RANGES_ONLY"),
        ),
        case(
            "equal 2h",
            "gcloud: private-ranges-only",
            Verdict::Equal,
            "--vpc-connector c --vpc-egress private-ranges-only",
            own("PRIVATE_RANGES_ONLY"),
        ),
        case(
            "equal 2i",
            "gcloud: what a command does not mention stays as it is",
            Verdict::Equal,
            "--vpc-connector c",
            own("ALL_TRAFFIC"),
        ),
        case(
            "equal 3d",
            "gcloud: all-traffic",
            Verdict::Equal,
            "--vpc-connector c --vpc-egress all-traffic",
            own("ALL_TRAFFIC"),
        ),
        case(
            "equal 3e",
            "gcloud: all, the older word",
            Verdict::Equal,
            "--vpc-connector c --vpc-egress all",
            own("ALL_TRAFFIC"),
        ),
        case(
            "equal 5e",
            "gcloud: network tags in another order",
            Verdict::Equal,
            "--network shop --subnet s --network-tags b,a",
            interface(json!({ "network": "shop", "subnetwork": "s", "tags": ["a", "b"] })),
        ),
        case("drift 1d", "gcloud: another connector live", changed, "--vpc-connector d", own("PRIVATE_RANGES_ONLY")),
        case(
            "drift 3d",
            "gcloud: all traffic live, private ranges deployed",
            egress,
            "--vpc-connector c --vpc-egress private-ranges-only",
            own("ALL_TRAFFIC"),
        ),
        case(
            "drift 9d",
            "gcloud: a connector that was to be cleared",
            changed,
            "--clear-vpc-connector",
            own("PRIVATE_RANGES_ONLY"),
        ),
        case(
            "drift 13d",
            "gcloud: another tag",
            Verdict::Drift("workload-interfaces-changed"),
            "--network shop --subnet s --network-tags a",
            interface(json!({ "network": "shop", "subnetwork": "s", "tags": ["b"] })),
        ),
    ]
}
