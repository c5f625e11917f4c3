//! Which flags of gcloud's deploy commands take no value.
//!
//! Source: the command tree that gcloud 528.0.0 ships for completion (`data/cli/gcloud_completions.py`), flags of type
//! `bool` of `run deploy`, `run services update`, `run jobs deploy|create|update`, their alpha and beta forms, and the
//! global flags.

/// Flags without a value, sorted; each may also be written with `no-`.
const VALUELESS: [&str; 43] = [
    "allow-unauthenticated",
    "allow-unencrypted-build",
    "async",
    "automatic-updates",
    "clear-base-image",
    "clear-binary-authorization",
    "clear-build-env-vars",
    "clear-build-service-account",
    "clear-build-worker-pool",
    "clear-cloudsql-instances",
    "clear-custom-audiences",
    "clear-encryption-key-shutdown-hours",
    "clear-env-vars",
    "clear-key",
    "clear-labels",
    "clear-network",
    "clear-network-tags",
    "clear-post-key-revocation-action-type",
    "clear-secrets",
    "clear-volume-mounts",
    "clear-volumes",
    "clear-vpc-connector",
    "cpu-boost",
    "cpu-throttling",
    "default-url",
    "delegate-builds",
    "deploy-health-check",
    "execute-now",
    "gpu-zonal-redundancy",
    "help",
    "iap",
    "invoker-iam-check",
    "log-http",
    "promote",
    "quiet",
    "session-affinity",
    "traffic",
    "use-http2",
    "user-output-enabled",
    "version",
    "wait",
    "zonal-redundancy",
    "zone-redundancy",
];

/// True for a flag (without dashes) that takes no value.
pub fn is_valueless(flag: &str) -> bool {
    match flag.strip_prefix("no-") {
        Some(positive) => VALUELESS.binary_search(&positive).is_ok(),
        // `--traffic` and `--promote` exist only in their negated form.
        None => flag != "traffic" && flag != "promote" && VALUELESS.binary_search(&flag).is_ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_knows_both_forms() {
        assert!(VALUELESS.is_sorted());
        for (flag, valueless) in [
            ("quiet", true),
            ("clear-vpc-connector", true),
            ("no-traffic", true),
            ("traffic", false),
            ("no-cpu-throttling", true),
            ("vpc-connector", false),
            ("region", false),
        ] {
            assert_eq!(is_valueless(flag), valueless, "{flag}");
        }
    }
}
