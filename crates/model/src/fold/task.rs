//! The state of a directive in one commune.

use super::history::{History, lowest};
use super::states::states;
use crate::id::EventId;
use crate::record::{Event, EventKind, Kind};

states! {
    /// The state of a directive, in the order of rank.
    TaskState of 5 from EventKind::TASK_RECALL, before anything Given {
        /// Taken back by the province.
        Recalled "recalled" "Đã thu hồi" "recalled",
        /// Done, says the commune.
        Done "done" "Đã thực hiện xong" "done",
        /// The commune is at it.
        Working "working" "Đang thực hiện" "in progress",
        /// The commune has read it.
        Received "received" "Đã nhận" "received",
        /// Given by the province.
        Given "given" "Mới giao" "given",
    }
}

impl TaskState {
    /// Whether the commune still has to do something.
    #[must_use]
    pub fn is_open(self) -> bool {
        !matches!(self, Self::Recalled | Self::Done)
    }
}

/// What follows from the events of a directive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskFold {
    /// Its state.
    pub state: TaskState,
    /// The event that decides it; `None` when the province never gave it: then it is no directive.
    pub by: Option<EventId>,
    /// What the next state event must name in `after`.
    pub frontier: Vec<EventId>,
    /// State events without effect: shown, not counted.
    pub void: Vec<EventId>,
}

/// Folds the events of one directive; their order and repetition change nothing. Nothing of it clashes: what the
/// province recalls is recalled whatever the commune did meanwhile.
#[must_use]
pub fn task(events: &[Event]) -> TaskFold {
    let history = History::new(Kind::DIRECTIVE, events);
    let frontier = history.frontier();
    let by = lowest(&frontier);
    let given = !history.latest(|act| act.kind() == EventKind::TASK_GIVEN).is_empty();
    TaskFold {
        state: TaskState::of(by.map(|act| act.kind())),
        by: by.filter(|_| given).map(|act| act.event.id),
        frontier: frontier.iter().map(|act| act.event.id).collect(),
        void: history.void(),
    }
}
