//! All tries of one target, and what is said of it.

use std::time::Duration;

use super::attempt::{Attempt, attempt};
use super::tls::Tls;
use super::wire::Ended;
use super::{Options, Question};
use crate::model::{Percentiles, ProbeFailure, ProbeLatency, ProbeOutcome, ProbedTarget, Target, TargetKind, TlsMode};

/// Tries a target as often as the options say.
pub(super) async fn ask(question: &Question, options: &Options) -> ProbedTarget {
    let target = &question.target;
    let mut said = blank(target, question.unchecked.clone());
    let tls = match tls(question).await {
        Ok(tls) => tls,
        Err(why) => {
            said.unchecked = Some(why);
            return said;
        }
    };
    let (mut connects, mut totals) = (Vec::new(), Vec::new());
    for _ in 0..options.tries {
        let tried = attempt(question, tls.as_ref(), options.timeout).await;
        said.tries += 1;
        said.stage = said.stage.max(tried.done);
        said.addresses.clone_from(&tried.addresses);
        let seconds = tried.total.as_secs_f64();
        match &tried.result {
            Ok(answer) => {
                said.succeeded += 1;
                said.answer = Some(answer.clone());
                totals.push(seconds);
                connects.extend(tried.connect.map(|took| took.as_secs_f64()));
            }
            Err(Ended::NotChecked(why)) => {
                said.unchecked = Some(why.clone());
                break;
            }
            Err(Ended::Failed(..)) => count(&mut said.failures, &tried),
        }
    }
    // The most frequent first; among equals the one that came first.
    said.failures.sort_by_key(|failure| std::cmp::Reverse(failure.count));
    let latency = Percentiles::of(&connects).zip(Percentiles::of(&totals));
    said.latency = latency.map(|(connect, total)| ProbeLatency { connect, total });
    said.outcome = outcome(&said, options.slow);
    said
}

fn count(failures: &mut Vec<ProbeFailure>, tried: &Attempt) {
    let Err(Ended::Failed(fault, detail)) = &tried.result else { return };
    let seconds = tried.total.as_secs_f64();
    match failures.iter_mut().find(|other| (other.fault, other.stage) == (*fault, tried.at)) {
        Some(other) => {
            other.count += 1;
            other.seconds = other.seconds.max(seconds);
        }
        None => {
            failures.push(ProbeFailure { fault: *fault, stage: tried.at, detail: detail.clone(), seconds, count: 1 })
        }
    }
}

fn outcome(said: &ProbedTarget, slow: Duration) -> ProbeOutcome {
    match (said.succeeded, said.failures.is_empty()) {
        (0, true) => ProbeOutcome::NotChecked,
        (0, false) => ProbeOutcome::Failed,
        (_, false) => ProbeOutcome::Intermittent,
        (_, true) => match &said.latency {
            Some(latency) if latency.total.max > slow.as_secs_f64() => ProbeOutcome::Slow,
            _ => ProbeOutcome::Reached,
        },
    }
}

/// What the handshakes need; `None` where the connection is not encrypted. Reading certificates from disk blocks.
async fn tls(question: &Question) -> Result<Option<Tls>, String> {
    let target = &question.target;
    if target.tls == TlsMode::Disable {
        return Ok(None);
    }
    let (mode, host, ca) = (target.tls, target.host.clone(), question.ca.clone());
    let alpn = matches!(target.kind, TargetKind::Http | TargetKind::Clickhouse).then_some("http/1.1");
    let made = tokio::task::spawn_blocking(move || Tls::new(mode, &host, ca.as_deref(), alpn)).await;
    made.map_err(|_| "reading the certificates stopped unexpectedly".to_owned())?.map(Some)
}

/// A target of which nothing is known yet.
pub(super) fn blank(target: &Target, unchecked: Option<String>) -> ProbedTarget {
    ProbedTarget {
        name: target.name.clone(),
        kind: target.kind,
        host: target.host.clone(),
        port: target.port,
        tls: target.tls,
        outcome: ProbeOutcome::NotChecked,
        stage: None,
        tries: 0,
        succeeded: 0,
        failures: Vec::new(),
        answer: None,
        unchecked,
        addresses: Vec::new(),
        latency: None,
    }
}
