//! Who may do what, and who did what.

use serde_json::Value;

use super::{Shown, objects, texts};
use crate::model::{
    ApiState, ApiUse, AuditEntry, AuditStatus, AuditStep, AuditSubject, Binding, IamPolicy, PolicyResource,
};

texts!(ApiState, AuditSubject, PolicyResource);

objects! {
    ApiUse { project, service, state }
    IamPolicy { resource, bindings }
    Binding { role, members, conditional }
    AuditEntry { project, id, time, who, method, resource, subject, status, step }
    AuditStatus { code, message }
}

impl Shown for AuditStep {
    fn shown(&self) -> Value {
        Value::String(self.word().to_owned())
    }
}
