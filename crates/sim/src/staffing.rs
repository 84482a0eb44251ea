//! People at their desks, about people: who holds what, who leaves, who goes to another commune, what was a mistake.

use hopluu_model::edit::{AddHolding, AddLeaver, AddPerson, AddRecord, SetField, VoidRecord};
use hopluu_model::{CollectionId, Date, DocId, DocKind, EventId, Field, Kind, RecordId, Value, fold};
use hopluu_office::Submitted;
use hopluu_view::query::{PersonRow, Staff, TransferRow};

use crate::founding::{PHAN_DINH_PHUNG, SONG_CONG, TRAI_CAU};
use crate::peer::PeerId;
use crate::world::World;

impl World {
    /// Types something about the people of a commune, by the dice.
    pub(crate) fn type_of_people(&mut self, peer: PeerId, collection: CollectionId) -> Result<(), String> {
        match self.dice.within(0, 15) {
            0..=1 => {
                // Few names, so that two offices enter one person.
                let (record, name) =
                    (RecordId(self.dice.bytes()), format!("Nguyễn Văn Mẫu {:03}", self.dice.within(1, 4)));
                let form = AddPerson { record, name, category: "khong_chuyen_trach".to_owned(), valid_from: None };
                self.fill_in(peer, self.own(peer, DocKind::People), &form).map(drop)
            }
            2..=3 => {
                let post = self.pick_post(peer, collection)?;
                self.staff_post(peer, post).map(drop)
            }
            4..=6 => self.hold_more(peer, collection).map(drop),
            7..=8 => self.leave(peer, collection).map(drop),
            9 => self.ask_transfer(peer, collection).map(drop),
            10..=12 => {
                let sort = ["person_twice", "person_twice", "leaver_twice", "post_holders"][self.dice.place(4)];
                self.settle_one(peer, collection, sort).map(drop)
            }
            _ => {
                let person = self.pick_person(peer, collection)?;
                let holding = person.holdings.first().map(|held| (Kind::HOLDING, held.id));
                let (kind, id) = holding.filter(|_| self.dice.chance(50)).unwrap_or((Kind::PERSON, person.id));
                self.void(peer, kind, id).map(drop)
            }
        }
    }

    /// Says of a record that it was entered by mistake, as an office sees it.
    ///
    /// # Errors
    /// When the office does not hold it; what form or office say.
    pub fn void(&mut self, peer: PeerId, kind: Kind, record: RecordId) -> Result<Submitted, String> {
        let found = self.reader(peer)?.seen_of(record).map_err(|error| error.to_string())?;
        let (snapshot, named_by) = found.ok_or("no such record")?;
        let (event, reason) = (EventId(self.dice.bytes()), "Nhập hai lần.".to_owned());
        let form = VoidRecord { record, kind, event, void: true, seen: fold::seen(&snapshot, &named_by), reason };
        self.fill_in(peer, snapshot.doc, &form)
    }

    /// Somebody known begins to hold a post, of the commune or of one of its units.
    fn hold_more(&mut self, peer: PeerId, collection: CollectionId) -> Result<Submitted, String> {
        let person = self.pick_person(peer, collection)?.id;
        let post = match self.pick_post(peer, collection)? {
            Some(post) => post,
            None => self.add_post(peer)?,
        };
        let unit = if self.dice.chance(70) { self.pick_seat(peer, collection)? } else { None };
        let (from, record) = (self.some_day()?, RecordId(self.dice.bytes()));
        let to = if self.dice.chance(20) { Some(from.plus_days(40)) } else { None };
        let tenure = if self.dice.chance(50) { "main" } else { "concurrent" }.to_owned();
        let form = AddHolding { record, person, post, unit, tenure, from: Some(from), to };
        self.fill_in(peer, self.own(peer, DocKind::People), &form)
    }

    /// Half of the time a unit that is gone, where there is one: people go on calling it by its name.
    fn pick_seat(&mut self, peer: PeerId, collection: CollectionId) -> Result<Option<RecordId>, String> {
        let units = self.reader(peer)?.units(collection, None).map_err(|error| error.to_string())?;
        let gone = units.iter().flat_map(|units| &units.units).find(|unit| unit.successor.is_some());
        match gone.filter(|_| self.dice.chance(50)) {
            Some(unit) => Ok(Some(unit.id)),
            None => Ok(self.pick_unit(peer, collection).ok().map(|unit| unit.id)),
        }
    }

    fn leave(&mut self, peer: PeerId, collection: CollectionId) -> Result<Submitted, String> {
        let person = self.pick_person(peer, collection)?.id;
        let reason = if self.dice.chance(70) { "nghi_huu" } else { "nghi_che_do" }.to_owned();
        let (on, record) = (self.some_day()?, RecordId(self.dice.bytes()));
        let form = AddLeaver { record, person, reason, on, benefit: None, decision: None };
        self.fill_in(peer, self.own(peer, DocKind::People), &form)
    }

    fn ask_transfer(&mut self, peer: PeerId, collection: CollectionId) -> Result<Submitted, String> {
        let person = self.pick_person(peer, collection)?.id;
        let to = [SONG_CONG, PHAN_DINH_PHUNG, TRAI_CAU][self.dice.place(3)].code.to_owned();
        let fields = vec![
            (Field::PERSON, Value::Id(person)),
            (Field::TO_COMMUNE, Value::Text(to)),
            (Field::ON, Value::Date(self.some_day()?)),
            (Field::STATE, Value::Text("requested".to_owned())),
        ];
        let form = AddRecord { record: RecordId(self.dice.bytes()), kind: Kind::TRANSFER, fields };
        self.fill_in(peer, self.own(peer, DocKind::People), &form)
    }

    /// The province does the transfer that waits first: the person leaves there, begins here, and it is done.
    pub(crate) fn do_transfer(&mut self, peer: PeerId) -> Result<(), String> {
        let transfers = self.reader(peer)?.transfers(None).map_err(|error| error.to_string())?;
        let row = transfers.into_iter().find(TransferRow::is_open).ok_or("nobody waits")?;
        let (Some(person), Some(on)) = (row.person, row.on) else { return Err("nobody is named".to_owned()) };
        let there = [SONG_CONG, PHAN_DINH_PHUNG, TRAI_CAU].into_iter().find(|place| place.code == row.to_code);
        let there = there.and_then(|place| self.collection(place)).ok_or("nobody was invited there")?;
        let (old, new) = (DocId::new(row.collection, DocKind::People), DocId::new(there, DocKind::People));
        let (record, reason) = (row.id.derived("leaver"), "dieu_dong".to_owned());
        self.fill_in(peer, old, &AddLeaver { record, person, reason, on, benefit: None, decision: None })?;
        let fields = vec![
            (Field::NAME, Value::Text(row.name)),
            (Field::STAFF_CATEGORY, Value::Text(row.category)),
            (Field::VALID_FROM, Value::Date(on)),
            (Field::CAME_FROM, Value::Id(person)),
        ];
        self.fill_in(peer, new, &AddRecord { record: row.id.derived("person"), kind: Kind::PERSON, fields })?;
        let (field, value) = (Field::STATE, Value::Text("done".to_owned()));
        self.fill_in(peer, old, &SetField { record: row.id, kind: Kind::TRANSFER, field, value }).map(drop)
    }

    fn some_day(&mut self) -> Result<Date, String> {
        let month = [7, 8, 10, 11][self.dice.place(4)];
        Date::new(2026, month, 1).ok_or_else(|| "a day".to_owned())
    }

    /// Mostly one of the first few, so that offices of one commune meet on the same ones.
    fn pick_person(&mut self, peer: PeerId, collection: CollectionId) -> Result<PersonRow, String> {
        let staff: Option<Staff> = self.reader(peer)?.staff(collection, None).map_err(|error| error.to_string())?;
        let mut people = staff.map(|staff| staff.people).unwrap_or_default();
        if people.is_empty() {
            return Err("nobody yet".to_owned());
        }
        let among = if self.dice.chance(70) { people.len().min(3) } else { people.len() };
        Ok(people.swap_remove(self.dice.place(among)))
    }
}
