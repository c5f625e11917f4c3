//! Finds the repository and its configuration, and reads the flags that all commands share.

use std::path::{Path, PathBuf};

use super::error::CliError;
use super::output::Color;
use crate::config::{self, Config, LiveSource};
use crate::model::NameContext;

/// Flags that every command on a repository takes.
#[derive(Debug, Default, clap::Args)]
#[command(next_help_heading = "Input")]
pub struct CommonArgs {
    /// Configuration file; its folder is the repository [default: gcp-drift.toml here or above]
    #[arg(long, short, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Where the live state comes from: gcp, none, snapshot:FILE, gcloud:PATH or emulator:FILE
    #[arg(long, value_name = "SOURCE")]
    pub live: Option<String>,
    /// Project id that names without a project belong to
    #[arg(long, value_name = "ID")]
    pub project: Option<String>,
    /// File with an access token for Google Cloud, in place of other credentials
    #[arg(long, value_name = "FILE")]
    pub access_token_file: Option<PathBuf>,
    /// A server on the loopback address that is asked in place of Google Cloud, such as a running emulator; it gets no
    /// credentials
    #[arg(long, value_name = "URL")]
    pub endpoint: Option<String>,
    /// Region to ask, besides those that the declarations name; may be repeated
    #[arg(long, value_name = "REGION")]
    pub region: Vec<String>,
}

/// A repository with its configuration.
#[derive(Debug)]
pub struct Setup {
    /// The repository.
    pub root: PathBuf,
    /// The configuration file, where there is one, relative to the repository.
    pub config_file: Option<String>,
    /// The valid configuration, flags applied.
    pub config: Config,
    /// The file that holds an access token, where one is given.
    pub access_token_file: Option<PathBuf>,
    /// The server that is asked in place of Google Cloud, where one is given.
    pub endpoint: Option<String>,
}

impl Setup {
    /// Reads configuration and flags.
    ///
    /// # Errors
    /// A configuration that cannot be read or is not valid, with all its errors; a wrong flag.
    pub fn load(args: &CommonArgs) -> Result<Self, CliError> {
        let located = match &args.config {
            Some(file) => {
                let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
                let root = folder.unwrap_or_else(|| Path::new(".")).to_owned();
                config::Located { root, file: Some(file.clone()) }
            }
            None => config::locate(Path::new(".")),
        };
        let root = located
            .root
            .canonicalize()
            .map_err(|error| CliError::failed(format!("open {}", located.root.display()), error))?;
        let mut config = match &located.file {
            Some(file) => read_config(file)?,
            None => Config::default(),
        };
        if let Some(text) = &args.live {
            config.live = live_source(text, &root)?;
        }
        if args.endpoint.is_some() {
            if args.live.is_some() && config.live != LiveSource::Gcp {
                return Err(CliError::usage("--endpoint stands in for Google Cloud: --live can only be gcp with it"));
            }
            config.live = LiveSource::Gcp;
        }
        if let Some(project) = &args.project {
            config.project = Some(project.clone());
        }
        config.regions.extend(args.region.iter().cloned());
        let config_file =
            located.file.as_deref().and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
        let (access_token_file, endpoint) = (args.access_token_file.clone(), args.endpoint.clone());
        Ok(Self { root, config_file, config, access_token_file, endpoint })
    }

    /// What names mean that name neither a project nor a region.
    pub fn name_context(&self) -> NameContext {
        name_context(&self.config)
    }
}

/// The live source that a flag names. A path from the configuration is relative to the repository, one from a flag to
/// the current folder.
///
/// # Errors
/// A text that is none.
pub fn live_source(text: &str, repo: &Path) -> Result<LiveSource, CliError> {
    let mut source = text.parse().map_err(CliError::usage)?;
    let here = std::env::current_dir().and_then(|here| here.canonicalize()).unwrap_or_default();
    if let LiveSource::Snapshot(path) | LiveSource::Gcloud(path) | LiveSource::Emulator(path) = &mut source
        && path.is_relative()
        && here != repo
    {
        *path = here.join(&*path);
    }
    Ok(source)
}

/// What names mean that name neither a project nor a region: the configured ones, a region only where there is exactly
/// one.
pub fn name_context(config: &Config) -> NameContext {
    let region = match config.regions.as_slice() {
        [only] => Some(only.clone()),
        _ => None,
    };
    let project_numbers = config.project_numbers.iter().map(|(id, number)| (number.clone(), id.clone())).collect();
    NameContext { project: config.project.clone(), region, project_numbers }
}

fn read_config(file: &Path) -> Result<Config, CliError> {
    let shown = file.file_name().unwrap_or(file.as_os_str()).to_string_lossy().into_owned();
    let text = config::read(file)
        .map_err(|error| CliError::Usage(format!("error: failed to read {}: {error}", file.display())))?;
    let rules: Vec<String> = all_rules().into_iter().map(|rule| rule.id.into_owned()).collect();
    let rules: Vec<&str> = rules.iter().map(String::as_str).collect();
    config::parse(&shown, &text, &rules).map_err(|errors| {
        let color = super::output::style(Color::Auto).color;
        CliError::Usage(config::render(&errors, &shown, &text, color))
    })
}

/// Every rule that a report can name: those of the checks, of the registry, and of the shipped policies.
pub fn all_rules() -> Vec<crate::finding::Rule> {
    let mut rules: Vec<crate::finding::Rule> = crate::checks::rules().cloned().collect();
    let (policies, _) = crate::policy::load(&crate::policy::shipped());
    rules.extend(policies.rules());
    rules
}
