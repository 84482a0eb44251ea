//! What a request says.

use hopluu_driver::{Complaint, Exit};
use serde_json::Value;

/// A request, read field by field.
pub(crate) struct Typed<'a>(&'a Value);

impl<'a> Typed<'a> {
    pub(crate) fn new(request: &'a Value) -> Self {
        Self(request)
    }

    pub(crate) fn what(&self) -> &'a str {
        self.0.get("do").and_then(Value::as_str).unwrap_or_default()
    }

    pub(crate) fn name(&self) -> &'a str {
        self.0.get("as").and_then(Value::as_str).unwrap_or("dòng lệnh")
    }

    pub(crate) fn role(&self) -> Option<&'a str> {
        self.0.get("role").and_then(Value::as_str)
    }

    pub(crate) fn made_up(&self) -> bool {
        self.0.get("made_up").and_then(Value::as_bool).unwrap_or(false)
    }

    fn arg(&self, key: &str) -> Option<&'a Value> {
        self.0.get("args").and_then(|args| args.get(key))
    }

    pub(crate) fn text(&self, key: &str) -> Option<&'a str> {
        self.arg(key).and_then(Value::as_str)
    }

    pub(crate) fn owned(&self, key: &str) -> Option<String> {
        self.text(key).map(str::to_owned)
    }

    pub(crate) fn number(&self, key: &str) -> Option<i64> {
        self.arg(key).and_then(Value::as_i64)
    }

    pub(crate) fn flag(&self, key: &str) -> bool {
        self.arg(key).and_then(Value::as_bool).unwrap_or(false)
    }

    pub(crate) fn texts(&self, key: &str) -> Vec<&'a str> {
        self.arg(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
    }

    /// A text that must be there.
    pub(crate) fn must(&self, key: &'static str) -> Result<&'a str, Complaint> {
        self.text(key).ok_or_else(|| {
            Complaint::new(
                Exit::Usage,
                "missing-argument",
                format!("Thiếu {key} trong yêu cầu."),
                format!("The request lacks {key}."),
            )
        })
    }
}
