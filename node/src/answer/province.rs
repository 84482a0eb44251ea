//! The province's one picture of all communes, and how fresh it is.

use std::collections::BTreeMap;

use hopluu_driver::Complaint;
use hopluu_model::{DeviceId, Timestamp, catalogue};
use hopluu_view::query::Totals;
use hopluu_web::Words;
use hopluu_wire::frame::Heard;
use serde_json::{Value, json};

use super::office::rows;
use super::{Desk, as_json, view_failed};
use crate::client::Answer;

/// A commune not heard for so long counts as silent.
const SILENT_MS: i64 = 2 * 86_400_000;

/// How the communes' lines stand.
struct Contact {
    now: Timestamp,
    known: usize,
    connected: usize,
    /// Communes without a line, and when one of their offices was last heard.
    silent: Vec<(String, Option<Timestamp>)>,
}

impl Contact {
    /// Communes not heard for two days.
    fn late(&self) -> usize {
        self.silent.iter().filter(|(_, at)| at.is_none_or(|at| self.now.0 - at.0 > SILENT_MS)).count()
    }

    /// A total is as old as its oldest part.
    fn fresh(&self) -> Timestamp {
        self.silent.iter().filter_map(|(_, at)| *at).min().unwrap_or(self.now)
    }

    fn words(&self, all: usize, totals: &Totals) -> Words {
        let (late, fresh) = (self.late(), self.fresh());
        let mut vi = format!("{}/{all} xã, phường đã kết nối\n", self.connected);
        let mut en = format!("{}/{all} communes connected\n", self.connected);
        for (name, at) in &self.silent {
            let since = at.map_or_else(Default::default, |at| format!(" từ {at}"));
            vi.push_str(&format!("  {name}: Chưa liên lạc{since}\n"));
            let since = at.map_or_else(|| "never heard".to_owned(), |at| format!("silent since {at}"));
            en.push_str(&format!("  {name}: {since}\n"));
        }
        let Totals { units, units_in_clash, households, issues, issues_open, .. } = totals;
        vi.push_str(&format!(
            "{units} thôn, tổ ({units_in_clash} đang cần thống nhất) · {households} hộ · {issues} phiếu, {issues_open} chưa \
             xong · Số liệu đến {fresh}\n{late}/{} xã, phường chưa cập nhật quá 2 ngày",
            self.known
        ));
        en.push_str(&format!(
            "{units} units ({units_in_clash} in a clash) · {households} households · {issues} issues, {issues_open} open · \
             as of {fresh}\n{late}/{} communes silent for over 2 days",
            self.known
        ));
        Words::new(vi, en)
    }
}

impl Desk {
    pub(super) async fn province(&self, heard: &BTreeMap<DeviceId, Heard>) -> Result<Answer, Complaint> {
        let known = self
            .with(|office, _, _| {
                let province = office.mailbox().trust().roster().province();
                Ok(json!({ "code": province.map(|province| province.code.clone()), "devices": rows(office) }))
            })
            .await?;
        let reader = self.reader();
        let totals = reader.totals(&[]).map_err(|error| view_failed(&error))?;
        let communes = reader.communes().map_err(|error| view_failed(&error))?;
        let all = catalogue::communes_of(known["code"].as_str().unwrap_or_default()).count();
        let mut contact = Contact { now: self.clock.wall(), known: communes.len(), connected: 0, silent: Vec::new() };
        for commune in &communes {
            let collection = json!(commune.collection.to_string());
            let devices = known["devices"].as_array().into_iter().flatten();
            let lines: Vec<&Heard> = devices
                .filter(|device| device["collection"] == collection)
                .filter_map(|device| heard.get(&device["device"].as_str()?.parse().ok()?))
                .collect();
            if lines.iter().any(|line| line.connected) {
                contact.connected += 1;
            } else {
                contact.silent.push((commune.name.clone(), lines.iter().map(|line| line.at).max()));
            }
        }
        let silent: Vec<Value> =
            contact.silent.iter().map(|(name, at)| json!({ "commune": name, "since": at.map(|at| at.0) })).collect();
        let data = json!({ "communes": all, "connected": contact.connected, "silent": silent, "late": contact.late(),
            "fresh": contact.fresh().0, "totals": as_json(&totals) });
        let words = contact.words(all, &totals);
        Ok(Answer::new(data, words.vi, words.en))
    }
}
