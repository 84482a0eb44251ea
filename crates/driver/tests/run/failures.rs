use hopluu_mailbox::{Input, Output};

use crate::puppet::{Done, Stage, Word};

fn confirmed(done: &Done) -> Option<()> {
    matches!(done, Done::Input(Input::Confirmed { .. })).then_some(())
}

#[tokio::test]
async fn after_a_failed_commit_all_lines_fall_and_the_store_is_opened_again() {
    let mut relay = Stage::open(1, &[]);
    let mut office = Stage::open(2, &[relay.address()]);
    let device = relay.device;
    let dial = || Word::Do(vec![Output::Dial { relay: device }]);
    office.tell(dial());
    office.until(confirmed).await;
    relay.until(confirmed).await;

    relay.tell(Word::FailCommits(1, 1));
    office.until(|done| matches!(done, Done::Input(Input::Down { conn: Some(_) })).then_some(())).await;
    // Questions are still answered; whoever comes is turned away.
    relay.tell(Word::Note(7));
    relay.until(|done| matches!(done, Done::Word(7)).then_some(())).await;
    office.tell(dial());
    office.until(|done| matches!(done, Done::Input(Input::Down { .. })).then_some(())).await;

    for _ in 0..2 {
        relay
            .until(|done| {
                assert!(!matches!(done, Done::Input(_) | Done::Commit), "{done:?} while the store is broken");
                matches!(done, Done::Recover).then_some(())
            })
            .await;
    }
    office.tell(dial());
    relay.until(confirmed).await;
    relay.tell(Word::Note(8));
    relay.until(|done| matches!(done, Done::Commit).then_some(())).await;
}
