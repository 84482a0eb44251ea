//! What the program notes by itself, so that nobody has to.

use hopluu_desk::{Remark, Step};
use hopluu_model::fold::IssueState;

use crate::rig::{Rig, SONG_CONG};

#[tokio::test]
async fn an_arrival_is_noted_once_and_starts_the_deadline() {
    let rig = Rig::province().await;
    let (desk, who) = (&rig.desk, rig.admin());
    let code = rig.report(SONG_CONG, "Chưa có máy quét").await;
    assert!(code.starts_with("05518-TT"), "no office of the commune ever has these letters: {code}");
    let row = desk.issue(&who, &code).unwrap().issue;
    assert!(row.arrived.is_none() && row.due.is_none() && row.unconfirmed);
    assert_eq!(desk.note_all_arrivals().await.unwrap(), 1);
    let row = desk.issue(&who, &code).unwrap().issue;
    assert!(row.arrived.is_some() && row.due.is_some());
    assert_eq!(desk.note_all_arrivals().await.unwrap(), 0, "twice adds nothing");
    desk.comment(&who, Remark { code: code.clone(), text: "Đã gọi lại cho xã".into() }).await.unwrap();
    assert_eq!(desk.note_arrivals(&[row.id]).await.unwrap(), 0);
}

#[tokio::test]
async fn what_was_answered_stays_open_until_the_answer_has_reached_the_commune() {
    let rig = Rig::province().await;
    let (desk, who) = (&rig.desk, rig.admin());
    let code = rig.report(SONG_CONG, "Chưa có chữ ký số").await;
    let step = |event: &str| Step { code: code.clone(), event: event.into(), ..Step::default() };
    desk.move_issue(&who, step("receive")).await.unwrap();
    desk.move_issue(&who, Step { text: Some("Đã cấp".into()), ..step("answer") }).await.unwrap();
    assert_eq!(desk.close_answered().await.unwrap(), 0);
    assert_eq!(desk.issue(&who, &code).unwrap().issue.state, IssueState::Answered);
}
