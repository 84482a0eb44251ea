//! What people do, as they do it.

mod axe;
mod clashes;
mod conflict;
mod drafts;
mod keys;
mod loads;
mod people;
mod phone;
mod picture;
mod plain;
mod report;
mod wizard;

use crate::dress;
use crate::stage::Stage;

/// One story.
pub(crate) struct Story {
    /// Its name on the command line.
    pub(crate) name: &'static str,
    /// What is proved.
    pub(crate) tells: &'static str,
    pub(crate) play: fn(&Stage),
}

/// All of them, in the order in which they play: later ones find what earlier ones left.
pub(crate) const ALL: &[Story] = &[
    Story {
        name: "report",
        tells: "reported without a line, seen at the province by itself, answered there, seen back, confirmed",
        play: report::play,
    },
    Story {
        name: "conflict",
        tells: "two houses write differently while apart; the leader settles it, the lists empty",
        play: conflict::play,
    },
    Story { name: "drafts", tells: "what is typed waits at the office, whatever the browser", play: drafts::play },
    Story {
        name: "plain",
        tells: "without JavaScript: sign in, report, comment, filter, receive, settle",
        play: plain::play,
    },
    Story {
        name: "wizard",
        tells: "units are merged in three steps without JavaScript; the register on two days; the province sees it",
        play: wizard::play,
    },
    Story {
        name: "keys",
        tells: "without a mouse: sign in, report, pick in the inbox, receive several, open",
        play: keys::play,
    },
    Story {
        name: "loads",
        tells: "spreadsheets with wrong rows: looked at, loaded, mended, loaded again, taken back",
        play: loads::play,
    },
    Story { name: "picture", tells: "a picture arrives at the province behind its issue", play: picture::play },
    Story {
        name: "clashes",
        tells: "every sort of clash: both sides are shown, one decision ends it everywhere and stays in the history",
        play: clashes::play,
    },
    Story { name: "dress", tells: "some days of work, for the stories below", play: dress::up },
    Story {
        name: "people",
        tells: "somebody leaves, the vacant seat is given on; a seat given twice while apart is settled",
        play: people::play,
    },
    Story {
        name: "phone",
        tells: "360x740: nothing runs off the side, every target is 44 px, the menu works",
        play: phone::play,
    },
    Story { name: "axe", tells: "axe-core finds nothing on any page, light or dark", play: axe::play },
];
