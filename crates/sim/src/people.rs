//! People at their desks: what they type goes through the forms that pages use.

use hopluu_model::demo::ISSUES;
use hopluu_model::edit::{
    AddHolding, AddPerson, AddPost, AddRecord, AddUnit, Comment, DecideUnits, Deed, GiveDirective, MergeInto,
    MoveIssue, MoveTask, Part, Passing, RenameUnit, SetHouseholds, Settle, Write,
};
use hopluu_model::fold::{IssueState, Known};
use hopluu_model::text::IssueCode;
use hopluu_model::{
    By, CollectionId, Date, Desk, DocId, DocKind, EventId, EventKind, Field, Form, Kind, RecordId, Role, Side, Stamp,
    Value,
};
use hopluu_office::Submitted;
use hopluu_view::Reader;
use hopluu_view::query::{DirectiveRow, IssueFilter, IssueRow, UnitRow};

use crate::chain;
use crate::peer::PeerId;
use crate::world::World;

/// The year that is open in every story.
pub(crate) const YEAR: u16 = 2026;

impl World {
    /// Fills in a form for a document and submits it.
    ///
    /// # Errors
    /// The faults of the form, or what the office says.
    ///
    /// # Panics
    /// When the machine was never invited: a mistake of the story.
    pub fn fill_in(&mut self, peer: PeerId, doc: DocId, form: &dyn Form) -> Result<Submitted, String> {
        let home = self.peers[peer.0].home.clone().expect("a story invites before it types");
        let role = match home.side {
            Side::Commune => Role::Leader,
            Side::Province => Role::Admin,
        };
        let by = By { name: "Nguyễn Văn Mẫu 014".to_owned(), role };
        let desk = Desk { doc, stamp: Stamp { at: self.wall(peer), by }, side: home.side, made_up: true };
        let edit = form.edit(&desk).map_err(|faults| faults.to_string())?;
        self.submit(peer, &edit).map_err(|error| chain(&error))
    }

    /// A document of an office's own collection.
    ///
    /// # Panics
    /// When the machine was never invited: a mistake of the story.
    #[must_use]
    pub fn own(&self, peer: PeerId, kind: DocKind) -> DocId {
        let home = self.peers[peer.0].home.as_ref().expect("a story invites before it types");
        DocId::new(home.collection, kind)
    }

    /// The document of an office's issues.
    #[must_use]
    pub fn issues_of(&self, peer: PeerId) -> DocId {
        self.own(peer, DocKind::Issues(YEAR))
    }

    /// Reports an issue.
    ///
    /// # Errors
    /// What form or office say.
    pub fn report(&mut self, peer: PeerId, text: &str) -> Result<RecordId, String> {
        self.begin_issue(peer, text, false)
    }

    /// Reports an issue, or now and then leaves it for the leader to report.
    fn begin_issue(&mut self, peer: PeerId, text: &str, may_wait: bool) -> Result<RecordId, String> {
        let (record, event) = (RecordId(self.dice.bytes()), EventId(self.dice.bytes()));
        let one = &mut self.peers[peer.0];
        one.issues += 1;
        let home = one.home.clone().ok_or("not invited")?;
        let code = IssueCode::new(&home.code, &home.letter, one.issues).map_err(|error| error.to_string())?;
        let mut form = ISSUES[record.0[0] as usize % ISSUES.len()].report(record, event, code);
        form.text = text.to_owned();
        form.category = "tru_so".to_owned();
        form.urgent = record.0[1] % 5 == 0;
        form.submit = may_wait && record.0[2] % 6 == 0;
        self.fill_in(peer, self.issues_of(peer), &form)?;
        Ok(record)
    }

    /// Remarks on an issue.
    ///
    /// # Errors
    /// What form or office say.
    pub fn comment(&mut self, peer: PeerId, doc: DocId, issue: RecordId, text: &str) -> Result<Submitted, String> {
        let event = EventId(self.dice.bytes());
        let form = Comment { issue, event, text: text.to_owned(), numbers_only: false, urgent: false };
        self.fill_in(peer, doc, &form)
    }

    /// Moves an issue on, after what the office has seen of it.
    ///
    /// # Errors
    /// When the office does not hold the issue; what form or office say.
    pub fn move_issue(&mut self, peer: PeerId, issue: RecordId, kind: EventKind) -> Result<Submitted, String> {
        let reader = self.reader(peer)?;
        let found = reader.issue(&issue.to_string()).map_err(|error| error.to_string())?.ok_or("no such issue")?;
        let mut form = MoveIssue::new(issue, EventId(self.dice.bytes()), kind, found.frontier.clone());
        let says = kind != EventKind::REPORT;
        form.text = says.then(|| "Đã ghi nhận, xin xử lý theo thẩm quyền.".to_owned());
        form.reason = matches!(kind, EventKind::REFUSE | EventKind::REOPEN).then(|| "Chưa đủ thông tin.".to_owned());
        form.lead = (kind == EventKind::FORWARD).then(|| "van_phong_ubnd".to_owned());
        self.fill_in(peer, found.issue.doc, &form)
    }

    /// Tells a commune what to do, in its document of issues.
    ///
    /// # Errors
    /// What form or office say.
    pub fn give_directive(&mut self, peer: PeerId, doc: DocId) -> Result<RecordId, String> {
        // Drawn once, as for a remark: what is drawn later stays what it was.
        let drawn = self.dice.bytes::<16>();
        let one_of = |part: u8| drawn.map(|byte| byte.wrapping_add(part));
        let form = GiveDirective {
            record: RecordId(one_of(1)),
            event: EventId(drawn),
            group: RecordId(one_of(2)),
            name: "Rà soát trụ sở dôi dư".to_owned(),
            text: "Đề nghị báo cáo danh mục trụ sở dôi dư.".to_owned(),
            due: Date::new(2026, 12, 15),
            urgent: drawn[1].is_multiple_of(5),
        };
        self.fill_in(peer, doc, &form).map(|_| form.record)
    }

    /// Moves a directive on, after what the office has seen of it.
    ///
    /// # Errors
    /// What form or office say.
    pub fn move_task(&mut self, peer: PeerId, task: &DirectiveRow, kind: EventKind) -> Result<Submitted, String> {
        let (event, after) = (EventId(self.dice.bytes()), task.frontier.clone());
        let form = MoveTask { task: task.id, event, kind, after, text: None, reason: None };
        self.fill_in(peer, task.doc, &form)
    }

    /// Enters a unit.
    ///
    /// # Errors
    /// What form or office say.
    pub fn add_unit(&mut self, peer: PeerId, name: &str, households: i64) -> Result<RecordId, String> {
        let record = RecordId(self.dice.bytes());
        let form = AddUnit {
            record,
            name: name.to_owned(),
            kind: "to_dan_pho".to_owned(),
            households: Some(households),
            population: None,
            area: None,
            valid_from: None,
        };
        self.fill_in(peer, self.own(peer, DocKind::Register), &form)?;
        Ok(record)
    }

    /// Corrects the number of households of a unit.
    ///
    /// # Errors
    /// What form or office say.
    pub fn set_households(&mut self, peer: PeerId, unit: RecordId, households: i64) -> Result<Submitted, String> {
        let form = SetHouseholds { unit, households: Some(households) };
        self.fill_in(peer, self.own(peer, DocKind::Register), &form)
    }

    /// Gives a unit another name.
    ///
    /// # Errors
    /// What form or office say.
    pub fn rename_unit(&mut self, peer: PeerId, unit: RecordId, name: &str) -> Result<Submitted, String> {
        let form = RenameUnit { unit, name: name.to_owned() };
        self.fill_in(peer, self.own(peer, DocKind::Register), &form)
    }

    /// Merges units into one that exists, passed at once.
    ///
    /// # Errors
    /// What form or office say.
    pub fn merge_units(&mut self, peer: PeerId, from: Vec<RecordId>, into: RecordId) -> Result<RecordId, String> {
        let deed = Deed::Merge { into: MergeInto::Existing(into), kind: "to_dan_pho".to_owned() };
        self.decide_units(peer, from, deed, Date::new(2026, 11, 1).ok_or("a day")?)
    }

    /// Merges units into a new one, passed at once.
    fn merge_anew(&mut self, peer: PeerId, from: Vec<RecordId>, number: u64) -> Result<RecordId, String> {
        let into =
            MergeInto::New { record: RecordId(self.dice.bytes()), name: format!("Tổ dân phố {number} (hợp)") };
        let deed = Deed::Merge { into, kind: "to_dan_pho".to_owned() };
        self.decide_units(peer, from, deed, Date::new(2026, 11, 1).ok_or("a day")?)
    }

    fn split(&mut self, number: u64) -> Deed {
        let mut part = |letter: &str, households| Part {
            record: RecordId(self.dice.bytes()),
            name: format!("Tổ dân phố {number}{letter}"),
            households,
        };
        Deed::Split { parts: vec![part("A", Some(40)), part("B", None)], kind: "to_dan_pho".to_owned() }
    }

    /// Passes a decision about units, with effect from a day; what its author sees of them is written down with it.
    ///
    /// # Errors
    /// What form or office say.
    pub fn decide_units(
        &mut self,
        peer: PeerId,
        from: Vec<RecordId>,
        deed: Deed,
        on: Date,
    ) -> Result<RecordId, String> {
        let merger = RecordId(self.dice.bytes());
        let passing = Passing {
            decision: "00/NQ-HĐND (mẫu)".to_owned(),
            body: "Hội đồng nhân dân phường".to_owned(),
            effective_on: Some(on),
            known: self.known(peer, &from, &deed)?,
        };
        let form = DecideUnits { merger, event: EventId(self.dice.bytes()), from, deed, passing: Some(passing) };
        self.fill_in(peer, self.own(peer, DocKind::Register), &form)?;
        Ok(merger)
    }

    fn known(&self, peer: PeerId, from: &[RecordId], deed: &Deed) -> Result<Known, String> {
        let collection = self.own(peer, DocKind::Register).collection;
        let units = self.reader(peer)?.units(collection, None).map_err(|error| error.to_string())?;
        let units = units.map(|units| units.units).unwrap_or_default();
        let find = |id: &RecordId| units.iter().find(|unit| unit.id == *id);
        let target = match deed {
            Deed::Merge { into: MergeInto::Existing(unit), .. } | Deed::Dissolve { into: Some(unit) } => find(unit),
            _ => None,
        };
        Ok(Known {
            names: from.iter().map(|id| find(id).map(|unit| unit.name.clone()).unwrap_or_default()).collect(),
            households: from.iter().map(|id| find(id).and_then(|unit| unit.households)).collect(),
            target: target.and_then(|unit| unit.own_households),
        })
    }

    /// Enters a post and somebody who holds it: three edits in two documents.
    ///
    /// # Errors
    /// What form or office say.
    pub fn staff_post(&mut self, peer: PeerId, post: Option<RecordId>) -> Result<RecordId, String> {
        let post = match post {
            Some(post) => post,
            None => self.add_post(peer)?,
        };
        let person = RecordId(self.dice.bytes());
        let name = format!("Nguyễn Văn Mẫu {:03}", self.dice.within(1, 999));
        let form = AddPerson { record: person, name, category: "khong_chuyen_trach".to_owned(), valid_from: None };
        self.fill_in(peer, self.own(peer, DocKind::People), &form)?;
        let holding = AddHolding {
            record: RecordId(self.dice.bytes()),
            person,
            post,
            unit: None,
            tenure: "main".to_owned(),
            from: Date::new(2026, 7, 1),
            to: None,
        };
        self.fill_in(peer, self.own(peer, DocKind::People), &holding)?;
        Ok(post)
    }

    /// Writes, as a newer program would, a record, a field and an event that this one does not know.
    ///
    /// # Errors
    /// What the office says.
    pub fn type_newer(&mut self, peer: PeerId) -> Result<Submitted, String> {
        let (record, event) = (RecordId(self.dice.bytes()), EventId(self.dice.bytes()));
        let by = By { name: "Nguyễn Văn Mẫu 014".to_owned(), role: Role::Leader };
        let stamp = Stamp { at: self.wall(peer), by };
        let strange = vec![(Field(9_000), Value::Text("chưa biết".to_owned()))];
        let writes = vec![
            Write::Create { record, kind: Kind(200), fields: strange.clone() },
            Write::Set { record, field: Field(9_001), value: Value::Int(1) },
            Write::Append { event, record, kind: EventKind(200), after: Vec::new(), fields: strange },
        ];
        // Only forms make edits; a newer program's arrive as bytes.
        let bytes = postcard::to_stdvec(&(self.issues_of(peer), stamp, false, writes));
        let edit = bytes.and_then(|bytes| postcard::from_bytes(&bytes)).map_err(|error| error.to_string())?;
        self.submit(peer, &edit).map_err(|error| chain(&error))
    }

    /// Settles the first clash of a collection that this office may settle.
    ///
    /// # Errors
    /// When there is none; what form or office say.
    pub fn settle(&mut self, peer: PeerId, collection: CollectionId) -> Result<Submitted, String> {
        self.settle_one(peer, collection, "")
    }

    /// Settles the first of a sort, or the first of all.
    pub(crate) fn settle_one(
        &mut self,
        peer: PeerId,
        collection: CollectionId,
        sort: &str,
    ) -> Result<Submitted, String> {
        let reader = self.reader(peer)?;
        let rows = reader.clashes(Some(collection)).map_err(|error| error.to_string())?;
        let row = rows.iter().find(|row| row.kind == sort).or(rows.first()).ok_or("nothing to settle")?;
        let found = reader.clash(&row.key).map_err(|error| error.to_string())?.ok_or("the clash is gone")?;
        let chosen = self.dice.place(found.clash.options.len());
        let doc = found.clash.doc;
        let reason = Some("Theo biên bản họp.".to_owned());
        let form = Settle { event: EventId(self.dice.bytes()), clash: found.clash, chosen, reason };
        self.fill_in(peer, doc, &form)
    }

    /// Types something that a person of this office might type now, by the dice.
    ///
    /// # Errors
    /// What form or office say; nothing was typed then.
    pub fn type_something(&mut self, peer: PeerId) -> Result<(), String> {
        let home = self.peers[peer.0].home.clone().ok_or("not invited")?;
        match home.side {
            Side::Commune => self.type_at_commune(peer, home.collection),
            Side::Province => self.type_at_province(peer),
        }
    }

    fn type_at_commune(&mut self, peer: PeerId, collection: CollectionId) -> Result<(), String> {
        let number = self.dice.within(1, 900);
        // Every third commune is being rearranged: units are merged and people leave while others give them posts.
        match number % 8 {
            0 | 1 | 3 | 4 if collection.0[0].is_multiple_of(3) => return self.type_of_people(peer, collection),
            2 if collection.0[0].is_multiple_of(3) => return self.join_the_first(peer, collection, number).map(drop),
            6 if collection.0[0].is_multiple_of(3) => return self.decide_something(peer, collection, number),
            _ => {}
        }
        match self.dice.within(0, 14) {
            0..=3 => self.begin_issue(peer, &format!("Phản ánh số {number}: thiếu phòng làm việc"), true).map(drop),
            4..=5 => {
                let row = self.pick_issue(peer, Some(collection))?;
                match self.pick_task(peer, Some(collection), &row)? {
                    Some(task) => {
                        let kinds = [EventKind::TASK_RECEIVED, EventKind::TASK_WORKING, EventKind::TASK_DONE];
                        self.move_task(peer, &task, kinds[usize::from(row.id.0[3] % 3)]).map(drop)
                    }
                    None => self.comment(peer, row.doc, row.id, &format!("Bổ sung {number}")).map(drop),
                }
            }
            6 => {
                let row = self.pick_issue(peer, Some(collection))?;
                if row.state == IssueState::Submitted && row.id.0[3] % 4 != 0 {
                    return self.move_issue(peer, row.id, EventKind::REPORT).map(drop);
                }
                let kinds = [EventKind::REPLY, EventKind::SOLVED, EventKind::REOPEN, EventKind::WITHDRAW];
                let kind = kinds[self.dice.place(kinds.len())];
                self.move_issue(peer, row.id, kind).map(drop)
            }
            7..=8 => {
                let name = format!("Tổ dân phố {number}");
                self.add_unit(peer, &name, i64::try_from(number).unwrap_or(0)).map(drop)
            }
            9..=10 if number.is_multiple_of(3) => self.type_of_people(peer, collection),
            9..=10 => {
                let unit = self.pick_unit(peer, collection)?;
                if number.is_multiple_of(17) {
                    return self.void(peer, Kind::UNIT, unit.id).map(drop);
                }
                self.set_households(peer, unit.id, i64::try_from(number).unwrap_or(0)).map(drop)
            }
            11 if number.is_multiple_of(4) => self.add_site(peer, number).map(drop),
            11 => {
                let unit = self.pick_unit(peer, collection)?;
                self.rename_unit(peer, unit.id, &format!("Tổ dân phố {number} (mới)")).map(drop)
            }
            12 => self.decide_something(peer, collection, number),
            _ if self.dice.chance(50) => self.settle(peer, collection).map(drop),
            _ => {
                let post = if self.dice.chance(50) { self.pick_post(peer, collection)? } else { None };
                self.staff_post(peer, post).map(drop)
            }
        }
    }

    /// A building that houses none, some or all of three functions.
    fn add_site(&mut self, peer: PeerId, number: u64) -> Result<Submitted, String> {
        let functions = ["trung_tam_pvhcc", "cong_an", "tiep_cong_dan"];
        let fields = vec![
            (Field::NAME, Value::Text(format!("Trụ sở {number}"))),
            (Field::FUNCTIONS, Value::Text(functions[..self.dice.place(4)].join(","))),
            (Field::STATE, Value::Text("in_use".to_owned())),
        ];
        let form = AddRecord { record: RecordId(self.dice.bytes()), kind: Kind::SITE, fields };
        self.fill_in(peer, self.own(peer, DocKind::Register), &form)
    }

    /// One of the first two units goes into the other, whichever way the dice fall at this office.
    fn join_the_first(&mut self, peer: PeerId, collection: CollectionId, number: u64) -> Result<RecordId, String> {
        let units = self.reader(peer)?.units(collection, None).map_err(|error| error.to_string())?;
        let mut units: Vec<_> = units.map(|units| units.units).unwrap_or_default();
        units.sort_by_key(|unit| unit.id);
        let [one, other, ..] = units.as_slice() else {
            return self.add_unit(peer, &format!("Tổ dân phố {number}"), 100);
        };
        let (from, into) = if self.dice.chance(50) { (one.id, other.id) } else { (other.id, one.id) };
        let on = Date::new(2026, 10, 1).ok_or("a day")?;
        self.decide_units(peer, vec![from], Deed::Dissolve { into: Some(into) }, on)
    }

    /// Decides something about the first units, by the dice.
    fn decide_something(&mut self, peer: PeerId, collection: CollectionId, number: u64) -> Result<(), String> {
        let [first, second, into] = [0; 3].map(|_| self.pick_unit(peer, collection).map(|unit| unit.id));
        let (first, second, into) = (first?, second?, into?);
        // What is decided about them depends on them, so that the dice fall as they always did.
        let deed = match second.0[3] % 4 {
            0 => Deed::Rename { name: format!("Tổ dân phố {number} (đổi tên)") },
            1 => Deed::Dissolve { into: Some(into).filter(|_| second.0[4].is_multiple_of(2)) },
            2 => Deed::Convert { kind: ["thon", "to_dan_pho"][usize::from(second.0[4] % 2)].to_owned() },
            _ => match second.0[6] % 3 {
                0 => self.split(number),
                1 => return self.merge_anew(peer, vec![first, second], number).map(drop),
                _ => return self.merge_units(peer, vec![first, second], into).map(drop),
            },
        };
        let on = Date::new(2026, 10 + second.0[5] % 2, 1).ok_or("a day")?;
        self.decide_units(peer, vec![first], deed, on).map(drop)
    }

    fn type_at_province(&mut self, peer: PeerId) -> Result<(), String> {
        let row = self.pick_issue(peer, None)?;
        match self.dice.within(0, 6) {
            0 => match self.pick_task(peer, None, &row)? {
                Some(task) if task.id.0[3] % 3 == 0 => self.move_task(peer, &task, EventKind::TASK_RECALL).map(drop),
                _ if row.id.0[3] % 4 != 3 => self.give_directive(peer, row.doc).map(drop),
                _ => self.comment(peer, row.doc, row.id, "Đề nghị bổ sung hồ sơ").map(drop),
            },
            1 => self.move_issue(peer, row.id, EventKind::RECEIVE).map(drop),
            2 => self.move_issue(peer, row.id, EventKind::FORWARD).map(drop),
            3 => self.move_issue(peer, row.id, EventKind::REFUSE).map(drop),
            4 if row.id.0[6].is_multiple_of(3) => self.do_transfer(peer),
            4 => self.move_issue(peer, row.id, EventKind::ASK).map(drop),
            _ => self.move_issue(peer, row.id, EventKind::ANSWER).map(drop),
        }
    }

    pub(crate) fn add_post(&mut self, peer: PeerId) -> Result<RecordId, String> {
        let record = RecordId(self.dice.bytes());
        let form = AddPost {
            record,
            slug: format!("chuc_danh_{}", self.dice.within(1, 9_999)),
            name: "Chức danh mẫu".to_owned(),
            system: "chinh_quyen".to_owned(),
            scope: "commune".to_owned(),
            max_holders: Some(1),
        };
        self.fill_in(peer, self.own(peer, DocKind::Register), &form)?;
        Ok(record)
    }

    fn pick_issue(&mut self, peer: PeerId, collection: Option<CollectionId>) -> Result<IssueRow, String> {
        let filter = collection.map_or_else(IssueFilter::default, IssueFilter::of_commune);
        let filter = IssueFilter { limit: 20, ..filter };
        let mut rows = self.reader(peer)?.issues(&filter).map_err(|error| error.to_string())?.rows;
        if rows.is_empty() {
            return Err("no issue yet".to_owned());
        }
        Ok(rows.swap_remove(self.dice.place(rows.len())))
    }

    /// For every other issue that was picked, one of the directives beside it; draws nothing.
    fn pick_task(
        &self,
        peer: PeerId,
        collection: Option<CollectionId>,
        beside: &IssueRow,
    ) -> Result<Option<DirectiveRow>, String> {
        let mut tasks = self.reader(peer)?.directives(collection).map_err(|error| error.to_string())?;
        if tasks.is_empty() || beside.id.0[4].is_multiple_of(2) {
            return Ok(None);
        }
        Ok(Some(tasks.swap_remove(usize::from(beside.id.0[5]) % tasks.len())))
    }

    pub(crate) fn pick_unit(&mut self, peer: PeerId, collection: CollectionId) -> Result<UnitRow, String> {
        let units = self.reader(peer)?.units(collection, None).map_err(|error| error.to_string())?;
        let mut units = units.map(|units| units.units).unwrap_or_default();
        if units.is_empty() {
            return Err("no unit yet".to_owned());
        }
        // Mostly the first few, so that offices of one commune meet on the same ones.
        let among = if self.dice.chance(70) { units.len().min(3) } else { units.len() };
        Ok(units.swap_remove(self.dice.place(among)))
    }

    /// One of the first posts, which somebody holds already; `None` while there is none.
    pub(crate) fn pick_post(&mut self, peer: PeerId, collection: CollectionId) -> Result<Option<RecordId>, String> {
        let staff = self.reader(peer)?.staff(collection, None).map_err(|error| error.to_string())?;
        let posts = staff.map(|staff| staff.posts).unwrap_or_default();
        let first = posts.len().min(2);
        Ok((first > 0).then(|| posts[self.dice.place(first)].id))
    }

    pub(crate) fn reader(&self, peer: PeerId) -> Result<Reader, String> {
        let office = self.peers[peer.0].office().ok_or("the office is off")?;
        office.view().reader().map_err(|error| error.to_string())
    }
}
