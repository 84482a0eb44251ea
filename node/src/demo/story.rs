//! What happens in the demo, in plain sentences.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use hopluu_driver::{Clock, Complaint};
use hopluu_model::demo::ISSUES;
use serde_json::{Value, json};

use super::peer::{Peer, broken};
use super::table::{Row, Table};
use super::world::World;
use crate::client::Say;

/// What must happen on a good line does so well within this.
const SOON: Duration = Duration::from_secs(20);
/// Everything is equal again within this after the line heals.
const HEALED: Duration = Duration::from_secs(40);
/// More than anybody types before the power goes.
const TYPED: u64 = 10_000;
/// A unit both houses correct, and one both merge.
const DISPUTED: &str = "Tổ dân phố 2 (Phố Cò)";
const TORN: &str = "Tổ dân phố 3 (Cải Đan)";

/// Speaks while the story goes on; with JSON only the end counts.
pub(super) struct Tell {
    say: Say,
    clock: Clock,
}

impl Tell {
    pub(super) fn new(say: Say) -> Self {
        Self { say, clock: Clock::start() }
    }

    /// One sentence, with the seconds since the start.
    pub(super) fn step(&self, vi: &str, en: &str) {
        if !self.say.json {
            println!("{:5.1} s  {}", self.seconds(), self.say.lang.pick(vi, en));
        }
    }

    /// Seconds since the start.
    pub(super) fn seconds(&self) -> f64 {
        let milliseconds = u32::try_from(self.clock.now().0).unwrap_or(u32::MAX);
        f64::from(milliseconds) / 1_000.0
    }
}

/// Tells the whole story and gathers what came out.
pub(super) async fn tell(world: &mut World, tell: &Tell) -> Result<Table, Complaint> {
    seed(world, tell).await?;
    let earlier = first_issue(world, tell).await?;
    storm(world, tell, &earlier).await?;
    let open = power_cut(world, tell).await?;
    heal(world, tell, &earlier, &open).await
}

/// Demonstration data, and the province's first totals.
async fn seed(world: &mut World, tell: &Tell) -> Result<(), Complaint> {
    for (peer, code) in
        [(&mut world.house_a, "05518"), (&mut world.phan_dinh_phung, "05443"), (&mut world.trai_cau, "05662")]
    {
        // The province wrote the commune's own record with the invitation.
        let is_here = |said: &Value| said.as_array().is_some_and(|rows| !rows.is_empty());
        peer.wait(("record.list", json!({ "kind": "commune" })), SOON, is_here).await?;
        peer.edit("commune", json!({ "code": code, "seed": 19 }))?;
    }
    tell.step(
        "Dữ liệu minh họa: thôn, tổ, người, chức danh, trụ sở của ba xã, phường.",
        "Demonstration data: units, people, posts and buildings of three communes.",
    );
    let fits = |said: &Value| {
        said["province"]["connected"] == json!(3)
            && said["province"]["totals"]["communes"] == json!(3)
            && said["province"]["totals"]["units"].as_u64().unwrap_or(0) > 100
    };
    let said = world.desk.wait(("status", json!({})), SOON, fits).await?;
    let totals = &said["province"]["totals"];
    tell.step(
        &format!("Bàn tỉnh: 3/92 xã, phường đã kết nối · {} thôn, tổ · {} hộ", totals["units"], totals["households"]),
        &format!("Province: 3/92 communes connected · {} units · {} households", totals["units"], totals["households"]),
    );
    in_step(world, SOON).await
}

/// An issue goes its way while the line is good.
async fn first_issue(world: &mut World, tell: &Tell) -> Result<String, Complaint> {
    let issue = &ISSUES[3];
    let code = report(&mut world.house_a, issue.category, issue.text, false)?;
    let at_province = |said: &Value| said["issue"]["sentence"]["state"] == json!("at_province");
    world.house_a.wait(("issue.show", json!({ "code": code })), SOON, at_province).await?;
    tell.step(
        &format!("Nhà A báo {code}: \"{}\". Tỉnh đã nhận.", issue.text),
        &format!("Nhà A reports {code}. At the province."),
    );
    world.desk.edit("issue.move", json!({ "code": code, "event": "receive" }))?;
    let seen = |said: &Value| said["issue"]["sentence"]["state"] == json!("seen");
    world.house_a.wait(("issue.show", json!({ "code": code })), SOON, seen).await?;
    tell.step("Tỉnh tiếp nhận; ở Nhà A phiếu ghi: Tỉnh đã xem.", "The province receives it; at Nhà A it says: seen.");
    Ok(code)
}

/// The storm: both houses work on, alone.
async fn storm(world: &mut World, tell: &Tell, earlier: &str) -> Result<(), Complaint> {
    world.cut();
    tell.step("Bão: hai nhà của Sông Công mất mọi liên lạc.", "A storm: both houses of Sông Công lose every line.");
    let (a, b) = (&mut world.house_a, &mut world.house_b);
    report(b, "chu_ky_so", "Công chức mới điều động chưa được cấp chữ ký số", true)?;
    tell.step(
        "Nhà B báo: Công chức mới điều động chưa được cấp chữ ký số. Đã lưu tại máy này.",
        "Nhà B reports that a new civil servant has no digital signature yet. Saved there.",
    );
    a.edit("unit.households", json!({ "unit": DISPUTED, "households": 118 }))?;
    b.edit("unit.households", json!({ "unit": DISPUTED, "households": 121 }))?;
    tell.step(
        &format!("Hai nhà cùng sửa số hộ của {DISPUTED}: Nhà A 118, Nhà B 121."),
        &format!("Both correct the households of {DISPUTED}: 118 at A, 121 at B."),
    );
    merge(a, "Tổ dân phố 4 (Cải Đan)", "Tổ dân phố 3-4 (Cải Đan)", "01/NQ-HĐND (mẫu)")?;
    merge(b, "Tổ dân phố 2 (Cải Đan)", "Tổ dân phố 2-3 (Cải Đan)", "02/NQ-HĐND (mẫu)")?;
    tell.step(
        &format!("Nhà A nhập {TORN} vào một tổ mới, Nhà B nhập nó vào một tổ khác."),
        &format!("Nhà A merges {TORN} into one new unit, Nhà B into another."),
    );
    for issue in &ISSUES[..3] {
        let code = report(a, issue.category, issue.text, false)?;
        a.edit("issue.comment", json!({ "code": code, "text": "Đã báo qua điện thoại, chờ có mạng." }))?;
    }
    world.trai_cau.edit("unit.add", json!({ "name": "Xóm Mẫu 99", "kind": "xom", "households": 64 }))?;
    let issue = &ISSUES[6];
    report(&mut world.phan_dinh_phung, issue.category, issue.text, false)?;
    world.desk.edit("issue.move", json!({ "code": earlier, "event": "forward", "lead": "so_khcn" }))?;
    let answer = "Đã yêu cầu nhà mạng nâng băng thông; hoàn thành trong tuần.";
    world.desk.edit("issue.move", json!({ "code": earlier, "event": "answer", "text": answer }))?;
    let silent = |said: &Value| said["province"]["silent"].as_array().is_some_and(|silent| !silent.is_empty());
    let said = world.desk.wait(("status", json!({})), SOON, silent).await?;
    let since = said["province"]["silent"][0]["since"].as_i64().map(hopluu_model::Timestamp);
    let since = since.map_or_else(String::new, |since| since.to_string());
    tell.step(
        &format!("Bàn tỉnh thấy: Phường Sông Công: Chưa liên lạc từ {since}; vẫn trả lời phiếu {earlier}."),
        &format!("The province sees Sông Công silent since {since}, and answers {earlier} all the same."),
    );
    Ok(())
}

/// Nhà B loses power while somebody types; the relay is killed too. Returns what was saved last.
async fn power_cut(world: &mut World, tell: &Tell) -> Result<String, Complaint> {
    let code = report(&mut world.house_b, "thiet_bi", "Thiếu máy quét, máy tính đã quá 7 năm sử dụng", false)?;
    let saved = Arc::new(AtomicU64::new(0));
    let typing = {
        let (home, code, saved) = (world.house_b.home.clone(), code.clone(), Arc::clone(&saved));
        // Somebody types on until the power goes; what is on its way just then may be saved or not.
        std::thread::spawn(move || {
            for place in 1..=TYPED {
                let text = format!("Bổ sung {place}: máy tính số {place} không khởi động được.");
                let args = json!({ "code": code, "text": text });
                let comment = json!({ "do": "issue.comment", "args": args, "as": "Người dùng thử", "made_up": true });
                if crate::client::ask(&home, &comment).is_err() {
                    return;
                }
                saved.fetch_add(1, Ordering::SeqCst);
            }
        })
    };
    while saved.load(Ordering::SeqCst) < 20 && !typing.is_finished() {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    world.house_b.kill();
    world.relay.kill();
    // The thread ends with its office; a panic in it would show as a missing edit.
    let _ = typing.join();
    let saved = saved.load(Ordering::SeqCst);
    world.house_b.made += saved;
    tell.step(
        "Nhà B mất điện khi đang nhập dở; trạm chuyển tiếp cũng tắt.",
        "Nhà B loses power in mid-work; the relay dies too.",
    );
    world.house_b.start()?;
    world.relay.start()?;
    let there = |said: &Value| said["events"].as_array().is_some_and(|events| events.len() as u64 > saved);
    world.house_b.wait(("issue.show", json!({ "code": code })), SOON, there).await?;
    tell.step(
        &format!("Cả hai khởi động lại. Nhà B còn nguyên {saved} ý kiến đã lưu."),
        &format!("Both start again. All {saved} saved comments are at Nhà B."),
    );
    Ok(code)
}

/// The line heals: everything flows together.
async fn heal(world: &mut World, tell: &Tell, earlier: &str, last: &str) -> Result<Table, Complaint> {
    let before = world.bytes();
    let start = Clock::start();
    world.heal();
    tell.step("Bão tan, đường truyền có lại.", "The storm is over, the line is back.");
    in_step(world, HEALED).await?;
    let converge_ms = start.now().0;
    let bytes = (world.bytes().0 - before.0, world.bytes().1 - before.1);
    let answered = |said: &Value| said["issue"]["state"] == json!("answered");
    world.house_a.wait(("issue.show", json!({ "code": earlier })), SOON, answered).await?;
    tell.step(
        &format!("Trả lời của tỉnh cho {earlier} đã về tới Nhà A và Nhà B."),
        &format!("The province's answer to {earlier} has reached Nhà A and Nhà B."),
    );
    let arrived = |said: &Value| {
        let state = &said["issue"]["sentence"]["state"];
        *state == json!("at_province") || *state == json!("seen")
    };
    world.house_b.wait(("issue.show", json!({ "code": last })), SOON, arrived).await?;
    tell.step(&format!("Ở Nhà B phiếu {last} ghi: Tỉnh đã nhận."), &format!("At Nhà B {last} says: at the province."));
    // The programs note by themselves what arrived where: a moment later something is on its way once more.
    let started = Clock::start();
    loop {
        let table = table(world, converge_ms, bytes)?;
        if table.is_good() || started.now().0 > u64::try_from(SOON.as_millis()).unwrap_or(u64::MAX) {
            return Ok(table);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Waits until nobody has anything to send and all hold the same.
async fn in_step(world: &World, bound: Duration) -> Result<(), Complaint> {
    let started = Clock::start();
    loop {
        match differs(world) {
            Ok(None) => return Ok(()),
            Ok(Some(how)) | Err(how) => {
                if started.now().0 > u64::try_from(bound.as_millis()).unwrap_or(u64::MAX) {
                    return Err(broken(&format!("not equal after {} s: {how}", bound.as_secs())));
                }
            }
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// How an office differs from the desk, in what both hold; `None` when nothing does.
fn differs(world: &World) -> Result<Option<String>, String> {
    let digest = |peer: &Peer| peer.ask("digest", json!({})).map_err(|error| error.to_string());
    let desk = digest(&world.desk)?;
    for office in world.offices() {
        let held = digest(office)?;
        for (doc, state) in held["documents"].as_object().into_iter().flatten() {
            if desk["documents"][doc] != *state {
                return Ok(Some(format!("{}: {doc} {state} / {}", office.name, desk["documents"][doc])));
            }
        }
        let collection = |doc: &String| doc.split('/').next().unwrap_or_default().to_owned();
        let own = office.ask("status", json!({})).map_err(|error| error.to_string())?;
        if own["backlog"] != json!(0) {
            return Ok(Some(format!("{} has {} edits to send", office.name, own["backlog"])));
        }
        let mine: Vec<String> =
            held["documents"].as_object().into_iter().flatten().map(|(doc, _)| collection(doc)).collect();
        for (doc, _) in desk["documents"].as_object().into_iter().flatten() {
            let readable =
                mine.contains(&collection(doc)) && (office.name == world.desk.name || !doc.ends_with("bulletin"));
            let own_collection = held["documents"].as_object().is_some_and(|docs| docs.contains_key(doc));
            if readable && !own_collection && !is_province(&desk, doc) {
                return Ok(Some(format!("{} lacks {doc}", office.name)));
            }
        }
    }
    Ok(None)
}

/// The province's collection is the one that holds the bulletin; communes read the bulletin only.
fn is_province(desk: &Value, doc: &str) -> bool {
    let collection = doc.split('/').next().unwrap_or_default();
    desk["documents"].get(format!("{collection}/bulletin")).is_some()
}

/// What came out.
fn table(world: &World, converge_ms: u64, (up, down): (u64, u64)) -> Result<Table, Complaint> {
    let desk = world.desk.ask("digest", json!({}))?;
    let mut rows = Vec::new();
    let houses = [&world.house_a, &world.house_b];
    let siblings = [houses[0].ask("digest", json!({}))?, houses[1].ask("digest", json!({}))?];
    for office in world.offices() {
        let own = office.ask("digest", json!({}))?;
        let id = own["own"].as_str().unwrap_or_default().to_owned();
        let count = |held: &Value| held["devices"][&id].as_u64().unwrap_or(0);
        // What the desk itself wrote before the story began is in its own journal alone.
        let made = if office.name == world.desk.name { count(&own) } else { office.made };
        let mut held = vec![(world.desk.name, count(&desk))];
        if houses.iter().any(|house| house.name == office.name) {
            held.extend(houses.iter().zip(&siblings).map(|(house, digest)| (house.name, count(digest))));
        } else if office.name != world.desk.name {
            held.push((office.name, count(&own)));
        }
        rows.push(Row { office: office.name.to_owned(), made, held });
    }
    let mut clashes = Vec::new();
    for office in [&world.desk, &world.house_a, &world.house_b] {
        let listed = office.ask("settle.list", json!({}))?;
        let kinds: Vec<String> = listed
            .as_array()
            .into_iter()
            .flatten()
            .map(|row| row["kind"].as_str().unwrap_or_default().to_owned())
            .collect();
        let keys: Vec<String> = listed
            .as_array()
            .into_iter()
            .flatten()
            .map(|row| row["key"].as_str().unwrap_or_default().to_owned())
            .collect();
        clashes.push((office.name.to_owned(), kinds, keys));
    }
    for office in [&world.phan_dinh_phung, &world.trai_cau] {
        let listed = office.ask("settle.list", json!({}))?;
        if listed.as_array().is_some_and(|rows| !rows.is_empty()) {
            clashes.push((office.name.to_owned(), vec!["?".to_owned()], Vec::new()));
        }
    }
    let equal = differs(world).map_err(|how| broken(&how))?;
    Ok(Table { rows, clashes, converge_ms, up, down, differs: equal })
}

fn report(peer: &mut Peer, category: &str, text: &str, urgent: bool) -> Result<String, Complaint> {
    let said = peer
        .edit("issue.report", json!({ "category": category, "cause": "khach_quan", "text": text, "urgent": urgent }))?;
    Ok(said["code"].as_str().unwrap_or_default().to_owned())
}

fn merge(peer: &mut Peer, with: &str, into: &str, decision: &str) -> Result<Value, Complaint> {
    peer.edit(
        "unit.merge",
        json!({ "from": [TORN, with], "into": into, "existing": false, "decision": decision, "body": "HĐND",
            "effective": "2026-01-01" }),
    )
}
