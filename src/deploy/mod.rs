//! Deploy config: what each deploy command of the repository would set on its workload.
//!
//! | file or folder | subject |
//! | --- | --- |
//! | `discover` | which files are deploy config, and their `importers` |
//! | `repository` | files that one deploy file reads of another |
//! | `commands` | from a command line to what it declares |
//! | `gcloud` | gcloud's command line |
//! | `words` | argument lists of which parts are not known |
//! | `shell` | evaluation of shell scripts |
//! | `makefile` | Makefiles |
//! | `python` | partial evaluation of Python scripts |
//! | `yaml` | YAML with places |
//! | `expression` | the expressions of GitHub and Azure |
//! | `pipeline` | what the readers of pipelines share |
//! | `github_actions`, `gitlab`, `cloud_build`, `circleci`, `azure` | pipelines |
//! | `manifest`, `cloud_deploy` | manifests, and what applies them without a command line |
//! | `show` | the JSON of `gcp-drift show deploy` |

use std::path::Path;

use crate::config::DeployConfig;
use crate::model::declared::DiagnosticLevel;
use crate::model::{
    DeployDeclarations, DeployFile, Diagnostic, Excerpts, NameContext, RepoPath, SourceFile, Why, WhyKind,
};

mod azure;
mod circleci;
mod cloud_build;
mod cloud_deploy;
mod commands;
mod discover;
mod expression;
pub mod gcloud;
mod github_actions;
mod gitlab;
mod makefile;
mod manifest;
mod pipeline;
mod python;
pub mod repository;
mod shell;
mod show;
#[cfg(test)]
mod tests;
pub mod words;
mod yaml;

pub use show::show;

use discover::{FileKind, Found};
use repository::Repository;

/// Stack for the evaluation, in bytes: syntax trees and evaluation are recursive up to their limits.
const STACK: usize = 512 << 20;

/// What the deploy config of a repository would do. Without configured paths, deploy files are found by their content.
///
/// What cannot be read or evaluated is a reason in `incomplete`; this never fails.
pub fn declarations(
    repo: &Path,
    config: &DeployConfig,
    context: &NameContext,
    excerpts: &Excerpts,
) -> DeployDeclarations {
    let mut declarations = DeployDeclarations::default();
    let found = discover::discover(repo, config, &mut declarations);
    let files = found.iter().map(|file| DeployFile { path: RepoPath::new(&file.path), kind: file.kind.words().into() });
    declarations.found.extend(files);
    let read = std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().name("deploy".to_owned()).stack_size(STACK);
        let spawned = thread.spawn_scoped(scope, || {
            let workflows = found.iter().filter(|file| file.kind == FileKind::GithubActions);
            let called = workflows.flat_map(|file| github_actions::called(&source(file, excerpts))).collect();
            let repository = Repository::new(repo, context, excerpts).with_called(called);
            let mut read = DeployDeclarations::default();
            // Whether something applies a manifest is known when everything else has been read.
            let (manifests, others): (Vec<&Found>, Vec<&Found>) =
                found.iter().partition(|file| file.kind == FileKind::Manifest);
            let (delivery, others): (Vec<&Found>, Vec<&Found>) =
                others.into_iter().partition(|file| file.kind == FileKind::CloudDeploy);
            for file in others {
                read_file_alone(file, &repository, excerpts, &mut read);
            }
            let delivery: Vec<SourceFile> = delivery.into_iter().map(|file| source(file, excerpts)).collect();
            read.files += delivery.len();
            cloud_deploy::read(&delivery, &repository, &mut read);
            for file in manifests {
                read_file_alone(file, &repository, excerpts, &mut read);
            }
            read
        });
        spawned.ok().and_then(|thread| thread.join().ok())
    });
    match read {
        Some(read) => {
            declarations.absorb(read);
        }
        None => {
            let text = "the deploy config could not be evaluated";
            declarations.incomplete.push(Why::new(WhyKind::Limit, text));
            declarations.diagnostics.push(Diagnostic {
                level: DiagnosticLevel::Error,
                text: text.to_owned(),
                origin: None,
            });
        }
    }
    let mut seen = std::collections::BTreeSet::new();
    declarations.incomplete.retain(|why| seen.insert(why.clone()));
    declarations
}

/// What one Python script would deploy, with no repository around it: for the fuzz target.
#[doc(hidden)]
pub fn python_script(text: &str) -> DeployDeclarations {
    alone(Found { path: "script.py".to_owned(), kind: FileKind::Python, text: text.to_owned() })
}

/// What one shell script would deploy, with no repository around it: for the fuzz target.
#[doc(hidden)]
pub fn shell_script(text: &str) -> DeployDeclarations {
    alone(Found { path: "deploy.sh".to_owned(), kind: FileKind::Shell, text: text.to_owned() })
}

fn alone(found: Found) -> DeployDeclarations {
    let (context, excerpts) = (NameContext::default(), Excerpts::default());
    let mut read = DeployDeclarations::default();
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().name("deploy".to_owned()).stack_size(STACK);
        let spawned = thread.spawn_scoped(scope, || {
            // A folder that is not there: no file of it is ever read.
            let repository = Repository::new(Path::new("/nonexistent"), &context, &excerpts);
            read_file(&found, &repository, &excerpts, &mut read);
        });
        if let Some(Err(panic)) = spawned.ok().map(std::thread::ScopedJoinHandle::join) {
            std::panic::resume_unwind(panic);
        }
    });
    read
}

fn source(found: &Found, excerpts: &Excerpts) -> SourceFile {
    SourceFile::new(RepoPath::new(&found.path), found.text.as_str(), excerpts)
}

/// A panic, which would be a defect, costs only this file.
fn read_file_alone(found: &Found, repository: &Repository<'_>, excerpts: &Excerpts, read: &mut DeployDeclarations) {
    let mut own = DeployDeclarations::default();
    let work = || read_file(found, repository, excerpts, &mut own);
    if std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)).is_ok() {
        read.absorb(own);
        return;
    }
    let text = "the evaluation of this file stopped unexpectedly";
    let origin = source(found, excerpts).origin(0..0);
    read.files += 1;
    read.incomplete.push(Why::at(WhyKind::Limit, text, origin.clone()));
    read.diagnostics.push(Diagnostic { level: DiagnosticLevel::Error, text: text.to_owned(), origin: Some(origin) });
}

fn read_file(found: &Found, repository: &Repository<'_>, excerpts: &Excerpts, read: &mut DeployDeclarations) {
    let file = source(found, excerpts);
    read.files += 1;
    match found.kind {
        FileKind::Python => read.absorb(python::evaluate(&file, repository)),
        FileKind::GithubActions => github_actions::read(&file, repository, read),
        FileKind::Gitlab => gitlab::read(&file, repository, read),
        FileKind::CloudBuild => cloud_build::read(&file, repository, read),
        FileKind::CircleCi => circleci::read(&file, repository, read),
        FileKind::Azure => azure::read(&file, repository, read),
        FileKind::Manifest => manifest::read(&file, repository, read),
        // All of them are read at once.
        FileKind::CloudDeploy => cloud_deploy::read(&[file], repository, read),
        FileKind::Shell => {
            let outcome = shell::script(&file, repository);
            commands::of_shell(
                outcome,
                (None, &shell::Variables::new()),
                &mut gcloud::Defaults::default(),
                &[],
                repository,
                read,
            );
        }
        FileKind::Makefile => makefile::read(&file, repository, read),
        FileKind::NotEvaluated(what) => {
            let text = file.text();
            let at = text.find("gcloud").unwrap_or(0);
            let origin = file.origin(at..at + usize::from(!text.is_empty()));
            let text = format!("{what} is not evaluated");
            read.diagnostics.push(Diagnostic {
                level: DiagnosticLevel::Warning,
                text: text.clone(),
                origin: Some(origin.clone()),
            });
            read.incomplete.push(Why::at(WhyKind::Unsupported, text, origin));
        }
    }
}
