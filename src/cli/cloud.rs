//! Whom a run asks: one runtime, one emulator where there is one, and one source of credentials.

use std::time::Duration;

use super::error::CliError;
use super::gather::Asked;
use super::setup::Setup;
use crate::config::{AskingConfig, LiveSource};
use crate::emulator::{self, Emulator};
use crate::live;
use crate::live::google::{Limits, Tokens, auth};

/// The limits on what a run asks.
fn limits(config: &AskingConfig) -> Limits {
    let total = Duration::from_secs_f64(config.max_seconds);
    Limits { rate: config.requests_per_second, total, ..Limits::default() }
}

/// The source of credentials that flags, configuration and environment lead to.
fn tokens(setup: &Setup) -> Tokens {
    let token_file = setup.access_token_file.clone();
    let quota_project = setup.config.asking.quota_project.clone();
    Tokens::new(auth::Options { token_file, quota_project, ..auth::Options::default() })
}

/// The live source of a run, ready to be asked.
pub struct Cloud {
    runtime: tokio::runtime::Runtime,
    request: live::Request,
    /// Serves until the run is over.
    _emulator: Option<Emulator>,
}

impl Cloud {
    /// Starts what asking needs. Nothing is asked yet.
    ///
    /// # Errors
    /// An emulator that cannot be started.
    pub fn start(setup: &Setup) -> Result<Self, CliError> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .map_err(|error| CliError::failed("start the runtime", error))?;
        let variables = setup.config.connectivity.variables();
        let emulator = match &setup.config.live {
            LiveSource::Emulator(path) => Some(runtime.block_on(super::live_state::start_emulator(
                &setup.root.join(path),
                &variables,
                emulator::Options::default(),
            ))?),
            _ => None,
        };
        let request = live::Request {
            source: setup.config.live.clone(),
            repo: setup.root.clone(),
            projects: Vec::new(),
            regions: Vec::new(),
            needs: live::Needs::default(),
            variables,
            project_numbers: setup.config.project_numbers.clone(),
            endpoint: emulator.as_ref().map(|emulator| emulator.base_url.clone()).or_else(|| setup.endpoint.clone()),
            limits: limits(&setup.config.asking),
            tokens: tokens(setup),
        };
        Ok(Self { runtime, request, _emulator: emulator })
    }

    /// Asks for the live state.
    ///
    /// # Errors
    /// A source that cannot be read at all.
    pub fn ask(&self, asked: &Asked) -> Result<live::Gathered, CliError> {
        let gathered = self.runtime.block_on(live::gather(&self.request(asked)));
        gathered.map_err(|error| CliError::failed("read the live state", error))
    }

    /// Finds out what a run would be allowed to see.
    ///
    /// # Errors
    /// A source that is not asked.
    pub fn diagnose(&self, asked: &Asked) -> Result<live::doctor::Diagnosis, CliError> {
        let diagnosis = self.runtime.block_on(live::doctor::diagnose(&self.request(asked)));
        diagnosis.map_err(|error| CliError::failed("ask what may be read", error))
    }

    fn request(&self, asked: &Asked) -> live::Request {
        live::Request {
            projects: asked.projects.iter().cloned().collect(),
            regions: asked.regions.iter().cloned().collect(),
            needs: asked.needs.clone(),
            ..self.request.clone()
        }
    }

    /// Reads one object of Cloud Storage.
    ///
    /// # Errors
    /// Why there is none to be had, in words.
    pub fn object(&self, bucket: &str, name: &str) -> Result<serde_json::Value, String> {
        self.runtime.block_on(live::object(&self.request, bucket, name))
    }
}
