//! Common problems: one answer for all issues that are linked to one.

use hopluu_model::fold::IssueState;
use hopluu_model::{Field, RecordId};
use hopluu_view::query::{IssueFilter, IssueRow, Linked};

use crate::{Desk, Power, Refusal, Step, Who, Why};

/// Issues read at once.
const AT_ONCE: u32 = 500;

/// What came of one issue when all that share a problem were answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommonAnswer {
    /// The issue.
    pub code: String,
    /// The name of its commune.
    pub commune: String,
    /// Why it was not answered; `None` when it was.
    pub refused: Option<Refusal>,
}

impl Desk {
    /// Answers a common problem once for all: the answer stands on the problem, which every commune reads, and is raised
    /// on each open issue that is linked to it. One that cannot be answered does not keep the others from it; one that
    /// was answered before and waits for its commune is left as it is.
    ///
    /// # Errors
    /// When there is no such problem, whoever asks may not, or the text is not valid: then nothing is written at all.
    pub async fn answer_common(&self, who: &Who, id: &str, text: &str) -> Result<Vec<CommonAnswer>, Refusal> {
        self.allow(who, Power::Triage)?;
        let common = self.common(id)?.id;
        if text.trim().is_empty() {
            return Err(Refusal::new(Why::Usage, "no-answer", "Ghi nội dung trả lời.", "Write the answer."));
        }
        self.set(who, common, Field::ANSWER, text).await?;
        let mut outcomes = Vec::new();
        for row in self.sharing(common)? {
            let refused = if row.state == IssueState::Answered {
                Some(answered_before())
            } else {
                let step = Step {
                    code: row.id.to_string(),
                    event: "answer".to_owned(),
                    text: Some(text.to_owned()),
                    ..Step::default()
                };
                self.move_issue(who, step).await.err()
            };
            outcomes.push(CommonAnswer { code: row.code, commune: row.commune, refused });
        }
        Ok(outcomes)
    }

    /// The open issues linked to a problem, all of them, before the first is answered: answering moves the list.
    fn sharing(&self, common: RecordId) -> Result<Vec<IssueRow>, Refusal> {
        let mut filter = IssueFilter {
            common: Some(Linked::To(common)),
            open: Some(true),
            limit: AT_ONCE,
            ..IssueFilter::default()
        };
        let mut rows = Vec::new();
        loop {
            let page = self.reader().issues(&filter)?.rows;
            if page.is_empty() {
                return Ok(rows);
            }
            filter.offset = filter.offset.saturating_add(AT_ONCE);
            rows.extend(page);
        }
    }
}

fn answered_before() -> Refusal {
    Refusal::new(
        Why::Refused,
        "answered-before",
        "Phiếu đã được trả lời, đang chờ xã xác nhận.",
        "It was answered before and waits for its commune.",
    )
}
