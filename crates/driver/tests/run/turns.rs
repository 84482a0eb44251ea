use hopluu_mailbox::Output;

use crate::puppet::{BOUND, Done, Stage, Word};

#[tokio::test]
async fn what_waits_together_is_committed_together() {
    let stage = Stage::open(1, &[]);
    let (go, wait) = std::sync::mpsc::channel();
    stage.tell(Word::Wait(wait));
    for number in 0..200 {
        stage.tell(Word::Note(number));
    }
    drop(go);
    let done = stage.rest().await;
    let notes: Vec<u32> =
        done.iter().filter_map(|d| if let Done::Word(number) = d { Some(*number) } else { None }).collect();
    let commits = done.iter().filter(|done| matches!(done, Done::Commit)).count();
    assert_eq!(notes, (0..200).collect::<Vec<_>>());
    assert!(commits <= 2, "{commits} commits for 200 commands");
    let end = &done[done.len() - 2..];
    assert!(matches!(end, [Done::Commit, Done::Close]), "what was taken is committed before the end: {end:?}");
}

#[tokio::test]
async fn a_commit_never_waits_for_too_many() {
    let stage = Stage::open(1, &[]);
    let (go, wait) = std::sync::mpsc::channel();
    stage.tell(Word::Wait(wait));
    for number in 0..1_000 {
        stage.tell(Word::Note(number));
    }
    drop(go);
    let (mut since, mut most) = (0, 0);
    for done in stage.rest().await {
        since = if matches!(done, Done::Commit | Done::Close) { 0 } else { since + 1 };
        most = most.max(since);
    }
    assert!((200..=256).contains(&most), "{most} inputs in one commit");
}

#[tokio::test]
async fn outputs_that_are_none_for_lines_go_to_the_machine_after_the_commit() {
    let mut stage = Stage::open(1, &[]);
    stage.tell(Word::Do(vec![Output::Alarm("a".into()), Output::RosterMoved]));
    assert!(matches!(stage.next().await, Done::Commit));
    assert!(matches!(stage.next().await, Done::Output(Output::Alarm(_))));
    assert!(matches!(stage.next().await, Done::Output(Output::RosterMoved)));
}

#[tokio::test]
async fn the_program_learns_that_its_machine_is_gone() {
    let stage = Stage::open(1, &[]);
    stage.tell(Word::Panic);
    tokio::time::timeout(BOUND, stage.handle.ended()).await.expect("told in time");
    assert!(stage.handle.send(Word::Note(1)).is_err());
    stage.handle.shutdown().await;
}
