use hopluu_identity::DeviceKey;
use hopluu_wire::Frame;

use crate::caller::Caller;
use crate::process::{Place, Running};

/// The relay's code for belonging to no province.
const UNOWNED: u8 = 5;

#[tokio::test]
async fn whoever_greets_a_relay_of_no_province_hears_why_before_the_end() {
    let place = Place::init();
    let running = Running::serve(&place);
    let mut caller = Caller::dial(&DeviceKey::from_seed([1; 32]), &place.ticket, &running.address).await;
    caller.say_hello(0);
    let (said, reason) = caller.hear_goodbye().await;
    assert_eq!((said, reason.code), (UNOWNED, Some(UNOWNED.into())));

    let mut caller = Caller::dial(&DeviceKey::from_seed([1; 32]), &place.ticket, &running.address).await;
    caller.say(&Frame::Roster { entries: vec![vec![7; 10]; 3], head: vec![9; 40] });
    caller.say(&Frame::Claim(vec![1, 2, 3]));
    caller.say(&Frame::RosterAsk { after: 3 });
    assert_eq!(caller.hear_goodbye().await.0, UNOWNED);
}
