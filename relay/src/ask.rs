//! Asks a running relay over its local socket.

use std::path::Path;
use std::time::Duration;

use hopluu_driver::control::{ControlError, call};
use hopluu_driver::{Complaint, Exit};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::Console;
use crate::complaints;
use crate::home::Home;
use crate::report::{DeviceLine, Status, devices_to_lines};

/// A relay that builds its index anew may be busy for a while.
const PATIENCE: Duration = Duration::from_secs(15);

pub(crate) fn status(dir: &Path, console: Console) -> Result<(), Complaint> {
    let (value, status): (Value, Status) = ask(dir, "status")?;
    console.print(&value, |lang| status.to_lines(lang));
    Ok(())
}

pub(crate) fn devices(dir: &Path, console: Console) -> Result<(), Complaint> {
    let (value, devices): (Value, Vec<DeviceLine>) = ask(dir, "devices")?;
    console.print(&value, |lang| devices_to_lines(&devices, lang));
    Ok(())
}

fn ask<T: DeserializeOwned>(dir: &Path, what: &str) -> Result<(Value, T), Complaint> {
    let (home, hint) = (Home::at(dir), format!("start it with: hopluu-relay serve --dir {}", dir.display()));
    let path = home.socket();
    let answer = call(&path, &json!({ "do": what }), PATIENCE, &hint);
    let answer = answer.map_err(|error| complaints::of_control(&error, dir))?;
    if let Some(code) = answer["error"]["code"].as_str() {
        return Err(refused(code));
    }
    match serde_json::from_value(answer.clone()) {
        Ok(read) => Ok((answer, read)),
        Err(_) => Err(complaints::of_control(&ControlError::BadAnswer { path }, dir)),
    }
}

fn refused(code: &str) -> Complaint {
    Complaint::new(
        Exit::Refused,
        "refused",
        format!("Trạm không trả lời được ({code}). Hãy thử lại; nếu vẫn lỗi, xem nhật ký của trạm."),
        format!("The relay cannot answer ({code}). Try again; if it stays so, look into its log."),
    )
}
