//! What Terraform would be given on its command line, and the evaluation of one root module with it.

use std::path::Path;

use clap::{ArgMatches, Command, FromArgMatches};

use super::error::CliError;
use super::gather;
use super::observed::ObservedArgs;
use super::setup::{Setup, live_source};
use super::show::folder;
use crate::config::{Config, TerraformConfig, VariableArgument};
use crate::model::Excerpts;
use crate::terraform;

/// What Terraform would be given on its command line. `--var` and `--var-file` keep their order: the last one counts.
#[derive(Clone, Debug, Default)]
pub struct TerraformArgs {
    flags: Flags,
    /// `--var` and `--var-file` as written, in the order of the command line.
    in_order: Vec<Written>,
}

#[derive(Clone, Debug, Default, clap::Args)]
struct Flags {
    /// File with values of variables, as for terraform; may be repeated
    #[arg(long, value_name = "FILE")]
    var_file: Vec<String>,
    /// Value of a variable, as for terraform; may be repeated
    #[arg(long, value_name = "NAME=VALUE")]
    var: Vec<String>,
    /// The workspace
    #[arg(long, value_name = "NAME")]
    workspace: Option<String>,
    /// Read neither TF_VAR_… nor TF_WORKSPACE of the environment
    #[arg(long)]
    no_environment: bool,
    #[command(flatten)]
    observed: ObservedArgs,
}

#[derive(Clone, Debug)]
enum Written {
    File(String),
    Value(String),
}

impl FromArgMatches for TerraformArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let flags = Flags::from_arg_matches(matches)?;
        let files = places(matches, "var_file").zip(flags.var_file.iter().cloned().map(Written::File));
        let values = places(matches, "var").zip(flags.var.iter().cloned().map(Written::Value));
        let mut in_order: Vec<(usize, Written)> = files.chain(values).collect();
        in_order.sort_by_key(|(place, _)| *place);
        Ok(Self { flags, in_order: in_order.into_iter().map(|(_, written)| written).collect() })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// Where on the command line the values of a flag stand.
fn places<'a>(matches: &'a ArgMatches, flag: &str) -> impl Iterator<Item = usize> + use<'a> {
    matches.indices_of(flag).into_iter().flatten()
}

impl clap::Args for TerraformArgs {
    fn augment_args(command: Command) -> Command {
        Flags::augment_args(command)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Flags::augment_args_for_update(command)
    }
}

impl TerraformArgs {
    /// Puts the flags into the configuration of a repository. A file is relative to the current folder, as for
    /// Terraform; where there is none, to the repository or to `dir`.
    ///
    /// # Errors
    /// A value without `=`.
    pub fn apply(&self, repo: &Path, dir: &Path, config: &mut TerraformConfig) -> Result<(), CliError> {
        for written in &self.in_order {
            config.arguments.push(match written {
                Written::File(path) => VariableArgument::File(in_repository(path, repo, dir)),
                Written::Value(pair) => {
                    let (name, value) = pair
                        .split_once('=')
                        .ok_or_else(|| CliError::usage(format!("--var {pair} is not NAME=VALUE")))?;
                    VariableArgument::Value(name.trim().to_owned(), value.to_owned())
                }
            });
        }
        if let Some(workspace) = &self.flags.workspace {
            config.workspace = Some(workspace.clone());
            // What is asked for on the command line goes before what is written down.
            for deployment in &mut config.deployments {
                deployment.workspace = None;
            }
        }
        config.environment &= !self.flags.no_environment;
        self.flags.observed.apply(repo, config);
        Ok(())
    }
}

/// The path of a file relative to the repository; as it is where there is no such file in it.
fn in_repository(path: &str, repo: &Path, dir: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    let candidates = [here.as_path(), repo, dir].map(|folder| folder.join(path));
    let found = candidates.into_iter().filter(|file| file.is_file()).find_map(|file| {
        // Only the folder is resolved: the file may be a link, which is judged when it is read.
        let folder = file.parent()?.canonicalize().ok()?;
        Some(folder.strip_prefix(repo).ok()?.join(file.file_name()?))
    });
    found.map_or_else(|| path.to_owned(), |file| file.to_string_lossy().replace('\\', "/"))
}

/// Evaluates one root module outside any configuration. Its repository is the git checkout or configured folder that
/// holds it, else the current folder where that does, so that modules beside it can be read.
///
/// # Errors
/// A folder that is not there, a variable without `=`, an emulator that cannot be started.
pub fn load_terraform(
    dir: &Path,
    inputs: &TerraformArgs,
    live: Option<&str>,
    access_token_file: Option<&Path>,
) -> Result<terraform::Loaded, CliError> {
    let dir = folder(dir)?;
    let repo = folder(&crate::config::locate(&dir).root)?;
    // Nothing marks a repository: then it is where the command is given, as for Terraform's own paths.
    let here = std::env::current_dir().and_then(|here| here.canonicalize());
    let repo = here.ok().filter(|here| repo == dir && dir.starts_with(here)).unwrap_or(repo);
    let root = dir.strip_prefix(&repo).map_err(|error| CliError::failed(format!("open {}", dir.display()), error))?;
    let root = root.to_string_lossy().replace('\\', "/");
    let root = if root.is_empty() { ".".to_owned() } else { root };
    let mut terraform = TerraformConfig { roots: vec![root], ..TerraformConfig::default() };
    inputs.apply(&repo, &dir, &mut terraform)?;
    let mut config = Config { terraform, ..Config::default() };
    if let Some(text) = live {
        config.live = live_source(text, &repo)?;
    }
    let setup = Setup {
        root: repo,
        config_file: None,
        config,
        access_token_file: access_token_file.map(Path::to_owned),
        endpoint: None,
    };
    gather::load_terraform(&setup, &setup.name_context(), &Excerpts::default(), None)
}
