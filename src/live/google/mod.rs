//! The Google APIs that are asked. Every request goes through `transport`, which can only send a [`Read`].
//!
//! | file | subject |
//! | --- | --- |
//! | [`auth`] | access tokens |
//! | [`read`] | what may be sent: reads only |
//! | [`transport`] | sending, repeating, limits |
//! | [`rate`] | how fast each API is asked |
//! | [`retry`] | pauses before a request is sent again |
//! | [`failure`] | what went wrong, in the words of coverage |
//! | [`pages`] | lists |
//! | [`permissions`] | what the caller may do, and who it is |
//! | [`run`], [`vpcaccess`], [`compute`], [`databases`], [`services`], [`logging`], [`resource_manager`],
//! [`storage`] | the APIs |

use reqwest::Url;

pub mod auth;
pub mod compute;
pub mod databases;
pub mod failure;
pub mod logging;
pub mod pages;
pub mod permissions;
pub mod rate;
pub mod read;
pub mod resource_manager;
pub mod retry;
pub mod run;
pub mod services;
pub mod storage;
#[cfg(test)]
mod test_server;
pub mod transport;
pub mod vpcaccess;

pub use auth::Tokens;
pub use failure::Failure;
pub use pages::Listing;
pub use read::{Read, ReadPost};
pub use transport::{Limits, Transport};

/// The APIs, with where each is asked.
#[derive(Debug)]
pub struct Google {
    transport: Transport,
    run: Url,
    vpcaccess: Url,
    compute: Url,
    sqladmin: Url,
    redis: Url,
    serviceusage: Url,
    servicenetworking: Url,
    logging: Url,
    monitoring: Url,
    resource_manager: Url,
    storage: Url,
}

impl Google {
    /// Google Cloud itself.
    ///
    /// # Errors
    /// Where no TLS client can be built.
    pub fn cloud(limits: Limits, tokens: Tokens) -> Result<Self, String> {
        let base = |text: &str| Url::parse(text).map_err(|error| format!("`{text}` is no URL: {error}"));
        Ok(Self {
            transport: Transport::google(limits, tokens)?,
            run: base("https://run.googleapis.com")?,
            vpcaccess: base("https://vpcaccess.googleapis.com")?,
            compute: base("https://compute.googleapis.com")?,
            sqladmin: base("https://sqladmin.googleapis.com")?,
            redis: base("https://redis.googleapis.com")?,
            serviceusage: base("https://serviceusage.googleapis.com")?,
            servicenetworking: base("https://servicenetworking.googleapis.com")?,
            logging: base("https://logging.googleapis.com")?,
            monitoring: base("https://monitoring.googleapis.com")?,
            resource_manager: base("https://cloudresourcemanager.googleapis.com")?,
            storage: base("https://storage.googleapis.com")?,
        })
    }

    /// One server on the loopback address that stands in for all of them.
    ///
    /// # Errors
    /// Where the URL is no plain HTTP URL of a loopback address, or no client can be built.
    pub fn stand_in(base_url: &str, limits: Limits) -> Result<Self, String> {
        let base = transport::loopback_url(base_url)?;
        // Never sent: it tells the APIs apart where their hosts do not, so that each has its own rate.
        let base = |api: &str| {
            let mut url = base.clone();
            url.set_fragment(Some(api));
            url
        };
        let transport = Transport::loopback(limits)?;
        Ok(Self {
            transport,
            run: base("run"),
            vpcaccess: base("vpcaccess"),
            compute: base("compute"),
            sqladmin: base("sqladmin"),
            redis: base("redis"),
            serviceusage: base("serviceusage"),
            servicenetworking: base("servicenetworking"),
            logging: base("logging"),
            monitoring: base("monitoring"),
            storage: base("storage"),
            resource_manager: base("cloudresourcemanager"),
        })
    }

    /// What sends the requests.
    pub fn transport(&self) -> &Transport {
        &self.transport
    }

    /// Gets credentials now, where they are needed.
    ///
    /// # Errors
    /// Which sources of credentials were tried, and what to do.
    pub async fn sign_in(&self) -> Result<(), String> {
        self.transport.sign_in().await
    }
}

/// A URL below a base. Segments are escaped, so that a name cannot change the path.
fn path(base: &Url, segments: &[&str]) -> Url {
    let mut url = base.clone();
    // Only URLs that cannot be a base (such as `mailto:`) have no segments.
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend(segments);
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_change_the_path() {
        let base = Url::parse("http://127.0.0.1:1/").unwrap();
        let url = path(&base, &["v2", "projects", "a/b?c#d", "locations"]);
        assert_eq!(url.as_str(), "http://127.0.0.1:1/v2/projects/a%2Fb%3Fc%23d/locations");
    }
}
