//! Databases and caches.

use serde_json::{Value, json};

use super::scene::{Case, Live, PROJECT, REGION};

const SQL: &str = "  settings {\n    tier = \"db-custom-1-3840\"\n    ip_configuration {\n      ipv4_enabled    = false\n      private_network = \"projects/shop-staging/global/networks/shop\"\n    }\n  }\n";

fn sql_block(settings: &str) -> String {
    format!(
        "resource \"google_sql_database_instance\" \"db\" {{\n  name             = \"db\"\n  database_version = \"POSTGRES_16\"\n{settings}}}\n"
    )
}

fn sql(change: impl Fn(&mut Value)) -> Live {
    let mut item = json!({
        "name": "db", "project": PROJECT, "region": REGION, "connectionName": format!("{PROJECT}:{REGION}:db"),
        "databaseVersion": "POSTGRES_16", "state": "RUNNABLE", "ipAddresses": [{ "type": "PRIVATE", "ipAddress": "10.60.0.3" }],
        "settings": {
            "tier": "db-custom-1-3840", "activationPolicy": "ALWAYS",
            "ipConfiguration": { "ipv4Enabled": false, "privateNetwork": "projects/shop-staging/global/networks/shop", "sslMode": "ENCRYPTED_ONLY" },
        },
    });
    change(&mut item);
    Live::default().with("sqladmin.instances", item)
}

fn ip(key: &'static str, value: Value) -> Live {
    sql(move |item| item["settings"]["ipConfiguration"][key] = value.clone())
}

fn redis_block(lines: &str) -> String {
    format!(
        "resource \"google_redis_instance\" \"cache\" {{\n  name           = \"cache\"\n  memory_size_gb = 1\n{lines}}}\n"
    )
}

fn redis(change: impl Fn(&mut Value)) -> Live {
    let mut item = json!({
        "name": format!("projects/{PROJECT}/locations/{REGION}/instances/cache"), "host": "10.60.0.20", "port": 6379, "state": "READY",
        "tier": "BASIC", "authorizedNetwork": format!("projects/{PROJECT}/global/networks/default"), "connectMode": "DIRECT_PEERING",
        "reservedIpRange": "10.60.1.0/29", "transitEncryptionMode": "DISABLED",
    });
    change(&mut item);
    Live::default().with("redis.instances", item)
}

const SHOP: &str = "  authorized_network = \"projects/shop-staging/global/networks/shop\"\n";

fn on_shop(change: impl Fn(&mut Value)) -> Live {
    redis(|item| {
        item["authorizedNetwork"] = "projects/shop-staging/global/networks/shop".into();
        change(item);
    })
}

pub fn cases() -> Vec<Case> {
    let nothing = |_: &mut Value| {};
    let network = |text: &str| sql_block(&SQL.replace("projects/shop-staging/global/networks/shop", text));
    let without = sql_block(
        "  settings {\n    tier = \"db-custom-1-3840\"\n    ip_configuration {\n      ipv4_enabled = true\n    }\n  }\n",
    );
    vec![
        Case::equal(
            "equal 22",
            "the network of a cache left out, and `default` live",
            &redis_block(""),
            redis(nothing),
        ),
        Case::equal(
            "equal 22c",
            "a secondary range that the API chose",
            &redis_block("  secondary_ip_range = \"auto\"\n"),
            redis(|item| item["secondaryIpRange"] = "10.60.2.0/29".into()),
        ),
        Case::equal(
            "equal 22d",
            "a cache's network by its short name",
            &redis_block("  authorized_network = \"default\"\n"),
            redis(nothing),
        ),
        Case::equal(
            "equal 22e",
            "a cache's defaults left out live",
            &redis_block(""),
            redis(|item| {
                for key in ["connectMode", "transitEncryptionMode", "authorizedNetwork"] {
                    item.as_object_mut().unwrap().remove(key);
                }
            }),
        ),
        Case::equal("equal 24", "a database's network by its relative name", &sql_block(SQL), sql(nothing)),
        Case::equal(
            "equal 24b",
            "a database's network declared by link",
            &network("https://www.googleapis.com/compute/v1/projects/shop-staging/global/networks/shop"),
            sql(nothing),
        ),
        Case::equal(
            "equal 24c",
            "a database's network with a leading slash live",
            &sql_block(SQL),
            ip("privateNetwork", "/projects/shop-staging/global/networks/shop".into()),
        ),
        Case::equal(
            "equal 24d",
            "a database's network by link live",
            &sql_block(SQL),
            ip(
                "privateNetwork",
                "https://www.googleapis.com/compute/v1/projects/shop-staging/global/networks/shop".into(),
            ),
        ),
        Case::equal(
            "equal 24e",
            "a database's network by project number live",
            &sql_block(SQL),
            ip("privateNetwork", "projects/420000000001/global/networks/shop".into()),
        ),
        Case::equal(
            "equal 24f",
            "no networks are authorized, and an empty list",
            &sql_block(SQL),
            ip("authorizedNetworks", json!([])),
        ),
        Case::equal(
            "equal 24g",
            "settings that the configuration leaves to the API",
            &sql_block("  settings {\n    tier = \"db-custom-1-3840\"\n  }\n"),
            ip("requireSsl", true.into()),
        ),
        Case::drift(
            "drift 14",
            "a database lost its private network",
            "database-changed",
            &sql_block(SQL),
            sql(|item| {
                item["settings"]["ipConfiguration"].as_object_mut().unwrap().remove("privateNetwork");
            }),
        ),
        Case::drift(
            "drift 14b",
            "a database got a public address",
            "database-changed",
            &sql_block(SQL),
            ip("ipv4Enabled", true.into()),
        ),
        Case::drift(
            "drift 14c",
            "a database on another network",
            "database-changed",
            &sql_block(SQL),
            ip("privateNetwork", "projects/shop-staging/global/networks/other".into()),
        ),
        Case::drift(
            "drift 14d",
            "a database on a network of the same name in another project",
            "database-changed",
            &sql_block(SQL),
            ip("privateNetwork", "projects/shop-prod/global/networks/shop".into()),
        ),
        Case::drift(
            "drift 14e",
            "everybody may connect",
            "database-changed",
            &sql_block(SQL),
            ip("authorizedNetworks", json!([{ "value": "0.0.0.0/0", "name": "all" }])),
        ),
        Case::drift(
            "drift 14f",
            "a database that is stopped",
            "database-changed",
            &sql_block(SQL),
            sql(|item| item["settings"]["activationPolicy"] = "NEVER".into()),
        ),
        Case::drift(
            "drift 14g",
            "a database that was never given a private network, and has one",
            "database-changed",
            &without,
            sql(|item| item["settings"]["ipConfiguration"]["ipv4Enabled"] = true.into()),
        ),
        Case::drift("drift 14h", "a database that is gone", "database-missing", &sql_block(SQL), Live::default()),
        Case::drift(
            "drift 14i",
            "a database that is suspended",
            "database-not-ready",
            &sql_block(SQL),
            sql(|item| item["state"] = "SUSPENDED".into()),
        ),
        Case::open(
            "drift 24h",
            "databases that were denied",
            "database-missing",
            &sql_block(SQL),
            sql(nothing).denied("sqladmin.instances"),
        ),
        Case::open(
            "drift 24i",
            "a database under maintenance is pending",
            "database-changed",
            &sql_block(SQL),
            sql(|item| item["state"] = "MAINTENANCE".into()),
        ),
        Case::drift(
            "drift 15",
            "a cache on another network",
            "cache-changed",
            &redis_block(SHOP),
            on_shop(|item| item["authorizedNetwork"] = "projects/shop-staging/global/networks/other".into()),
        ),
        Case::drift(
            "drift 15b",
            "a cache on `default` where another network is declared",
            "cache-changed",
            &redis_block(SHOP),
            redis(nothing),
        ),
        Case::drift(
            "drift 15c",
            "a cache on another network, nothing declared: plan is silent",
            "cache-changed",
            &redis_block(""),
            on_shop(nothing),
        ),
        Case::drift(
            "drift 15d",
            "another way to connect",
            "cache-changed",
            &redis_block(SHOP),
            on_shop(|item| item["connectMode"] = "PRIVATE_SERVICE_ACCESS".into()),
        ),
        Case::drift(
            "drift 15e",
            "a password is asked for",
            "cache-changed",
            &redis_block(SHOP),
            on_shop(|item| item["authEnabled"] = true.into()),
        ),
        Case::drift(
            "drift 15f",
            "TLS is asked for",
            "cache-changed",
            &redis_block(SHOP),
            on_shop(|item| item["transitEncryptionMode"] = "SERVER_AUTHENTICATION".into()),
        ),
        Case::drift("drift 15g", "a cache that is gone", "cache-missing", &redis_block(SHOP), Live::default()),
        Case::open(
            "drift 24j",
            "caches that were denied",
            "cache-missing",
            &redis_block(SHOP),
            on_shop(nothing).denied("redis.instances"),
        ),
    ]
}
