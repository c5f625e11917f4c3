//! What is never compared: a difference there is no drift, or the business of somebody else.

/// Fields that are not compared.
#[derive(Clone, Copy, Debug)]
pub struct LeftOut {
    /// Fields, as Terraform or the API spells them.
    pub fields: &'static [&'static str],
    /// Why.
    pub why: &'static str,
    /// Who says so.
    pub source: &'static str,
}

/// All of them, by class.
pub static TABLE: &[LeftOut] = &[
    LeftOut {
        fields: &[
            "timeouts",
            "deletion_policy",
            "deletion_protection",
            "lifecycle",
            "terraform_labels",
            "effective_labels",
            "effective_annotations",
        ],
        why: "only Terraform knows them",
        source: "provider schemas; driftctl#1605",
    },
    LeftOut {
        fields: &[
            "etag",
            "uid",
            "generation",
            "conditions",
            "create_time",
            "update_time",
            "fingerprint",
            "self_link",
            "connected_projects",
        ],
        why: "the API keeps them; they change without anybody's doing",
        source: "API discovery documents: output only",
    },
    LeftOut {
        fields: &[
            "client",
            "client_version",
            "template.revision",
            "client.knative.dev/user-image",
            "run.googleapis.com/client-name",
            "run.googleapis.com/operation-id",
            "run.googleapis.com/sandbox",
            "run.googleapis.com/startupProbeType",
            "serving.knative.dev/lastModifier",
        ],
        why: "deploy tools and the API note them about themselves",
        source: "terraform-provider-google#13410, #8380; cloud-foundation-fabric#1173",
    },
    LeftOut {
        fields: &["launch_stage"],
        why: "the API infers it; left out and GA are the same",
        source: "terraform-provider-google#13578, #19206",
    },
    LeftOut {
        fields: &["template.containers", "template.scaling", "template.timeout", "template.service_account", "labels"],
        why: "they do not decide how requests travel",
        source: "scope of this tool",
    },
    LeftOut {
        fields: &["secondary_ip_range (of a cache)"],
        why: "`auto` stands for whatever range the API takes",
        source: "provider secondaryIpDiffSuppress",
    },
    LeftOut {
        fields: &["aet-*"],
        why: "subnetworks and firewall rules of this name are Google's own, made for connectors",
        source: "Cloud Run documentation on connectors; three-tier-web-app#200",
    },
];
