//! What one hop of a path was found to be: judgements on failure modes, and what could not be seen.

use crate::finding::{Finding, FixKind};
use crate::model::diagnosis::{Hop, HopKind, HopState, Likelihood, Mode, Proof, Remedy};
use crate::model::{Fact, Why};

/// What was found out about one failure mode on one resource.
#[derive(Clone, Debug)]
pub struct Judgement {
    /// The failure mode.
    pub mode: &'static Mode,
    /// Full name of the resource.
    pub subject: String,
    /// What was found.
    pub said: Said,
    /// What that rests on.
    pub evidence: Vec<Proof>,
}

/// What was found out about a failure mode.
#[derive(Clone, Debug)]
pub enum Said {
    /// It is there.
    Cause {
        /// One line that says what is wrong here.
        title: String,
        /// How sure it is. Only what is certain blocks a hop.
        likelihood: Likelihood,
        /// What to do, best first.
        fix: Vec<Remedy>,
        /// Ids of findings that say the same.
        findings: Vec<String>,
    },
    /// It is not there, for this reason.
    RuledOut(String),
    /// It cannot be told.
    Unknown(Why),
}

impl Judgement {
    /// A mode that is there.
    pub fn cause(mode: &'static Mode, subject: impl ToString, title: impl Into<String>) -> Self {
        let said =
            Said::Cause { title: title.into(), likelihood: Likelihood::Certain, fix: Vec::new(), findings: Vec::new() };
        Self { mode, subject: subject.to_string(), said, evidence: Vec::new() }
    }

    /// A mode that a finding of the checks says, with its proofs and remedies.
    pub fn of_finding(mode: &'static Mode, subject: impl ToString, finding: &Finding) -> Self {
        Self::cause(mode, subject, finding.title.clone()).with_finding(finding)
    }

    /// Adds a finding that says the same, with its proofs and remedies.
    pub fn with_finding(self, finding: &Finding) -> Self {
        let mut judgement = self.finding(&finding.id);
        if let Some(live) = &finding.live {
            let (resource, field, value) = (live.resource.clone(), live.field.clone(), live.value.clone());
            judgement = judgement.proof(Proof { resource, field, value });
        }
        for declared in &finding.declared {
            judgement = judgement.proof(Proof {
                resource: declared.origin.to_string(),
                field: finding.field.clone().unwrap_or_default(),
                value: declared.value.clone(),
            });
        }
        judgement.remedies_of(finding)
    }

    /// Adds what a finding says to do.
    pub fn remedies_of(self, finding: &Finding) -> Self {
        finding.fix.iter().fold(self, |judgement, fix| {
            judgement.remedy(match fix.kind {
                FixKind::Command => Remedy::command(&*fix.text, &*fix.verify, &*fix.undo),
                FixKind::Edit => Remedy::words(&*fix.text),
            })
        })
    }

    /// A mode that is not there.
    pub fn ruled_out(mode: &'static Mode, subject: impl ToString, text: impl Into<String>) -> Self {
        Self { mode, subject: subject.to_string(), said: Said::RuledOut(text.into()), evidence: Vec::new() }
    }

    /// A mode that cannot be told.
    pub fn unknown(mode: &'static Mode, subject: impl ToString, why: Why) -> Self {
        Self { mode, subject: subject.to_string(), said: Said::Unknown(why), evidence: Vec::new() }
    }

    /// Adds a field that was read.
    pub fn proof(mut self, proof: impl Into<Option<Proof>>) -> Self {
        self.evidence.extend(proof.into());
        self
    }

    /// Adds what a fact says.
    pub fn fact<T: ToString>(self, fact: &Fact<T>) -> Self {
        self.proof(Proof::of(fact))
    }

    /// Replaces the likelihood of a cause.
    pub fn likelihood(mut self, of: Likelihood) -> Self {
        if let Said::Cause { likelihood, .. } = &mut self.said {
            *likelihood = of;
        }
        self
    }

    /// Replaces the title of a cause.
    pub fn title(mut self, of: String) -> Self {
        if let Said::Cause { title, .. } = &mut self.said {
            *title = of;
        }
        self
    }

    /// Adds something to do about a cause, once.
    pub fn remedy(mut self, remedy: Remedy) -> Self {
        if let Said::Cause { fix, .. } = &mut self.said
            && !fix.contains(&remedy)
        {
            fix.push(remedy);
        }
        self
    }

    /// Names a finding that says the same.
    pub fn finding(mut self, id: &str) -> Self {
        if let Said::Cause { findings, .. } = &mut self.said {
            findings.push(id.to_owned());
        }
        self
    }

    /// True where the mode is there.
    pub fn is_cause(&self) -> bool {
        matches!(self.said, Said::Cause { .. })
    }

    /// True where the mode is there and packets cannot get past it.
    pub fn blocks(&self) -> bool {
        matches!(self.said, Said::Cause { likelihood: Likelihood::Certain, .. })
    }
}

/// One hop with everything that was found out at it.
#[derive(Clone, Debug)]
pub struct Step {
    /// What it is.
    pub kind: HopKind,
    /// What reports call it.
    pub name: String,
    /// What it does where nothing is wrong with it.
    pub text: String,
    /// What that rests on.
    pub evidence: Vec<Proof>,
    /// What was found out about failure modes.
    pub judgements: Vec<Judgement>,
    /// What would have to be seen to say that packets get past it.
    pub doubts: Vec<Why>,
}

impl Step {
    /// A hop of which nothing is known yet.
    pub fn new(kind: HopKind, name: impl ToString, text: impl Into<String>) -> Self {
        Self {
            kind,
            name: name.to_string(),
            text: text.into(),
            evidence: Vec::new(),
            judgements: Vec::new(),
            doubts: Vec::new(),
        }
    }

    /// Adds a field that was read.
    pub fn proof(&mut self, proof: impl Into<Option<Proof>>) -> &mut Self {
        self.evidence.extend(proof.into());
        self
    }

    /// Adds what a fact says; an unknown one is a doubt.
    pub fn fact<T: ToString>(&mut self, fact: &Fact<T>) -> &mut Self {
        self.doubts.extend(fact.whys().iter().cloned());
        self.proof(Proof::of(fact))
    }

    /// Adds what was found out about a mode.
    pub fn judge(&mut self, judgement: Judgement) -> &mut Self {
        self.judgements.push(judgement);
        self
    }

    /// A mode that cannot be told, so that it cannot be told whether packets get past.
    pub fn unknown(&mut self, mode: &'static Mode, subject: impl ToString, why: Why) -> &mut Self {
        self.doubts.push(why.clone());
        self.judge(Judgement::unknown(mode, subject, why))
    }

    /// Something that would have to be seen.
    pub fn doubt(&mut self, why: Why) -> &mut Self {
        self.doubts.push(why);
        self
    }

    /// True where packets certainly do not get past.
    pub fn is_blocked(&self) -> bool {
        self.judgements.iter().any(Judgement::blocks)
    }

    /// The hop as a report shows it.
    pub fn hop(&self) -> Hop {
        let blocking = self.judgements.iter().find(|judgement| judgement.blocks());
        let (state, text) = match (blocking, self.doubts.first()) {
            (Some(Judgement { said: Said::Cause { title, .. }, .. }), _) => (HopState::Blocked, title.clone()),
            (_, Some(why)) => (HopState::Unknown(why.clone()), self.text.clone()),
            _ => (HopState::Open, self.text.clone()),
        };
        let mut evidence = self.evidence.clone();
        evidence.extend(blocking.into_iter().flat_map(|judgement| judgement.evidence.iter().cloned()));
        let mut seen = std::collections::BTreeSet::new();
        evidence.retain(|proof| seen.insert(proof.clone()));
        Hop { kind: self.kind, name: self.name.clone(), state, text, evidence }
    }
}
