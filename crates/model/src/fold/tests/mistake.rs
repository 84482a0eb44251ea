//! Records that were called a mistake while others wrote of them.

use super::*;
use crate::edit::{Settle, VoidRecord};
use crate::fold::{fields, mistake, seen};

fn site(name: &str) -> Snapshot {
    record(1, Kind::SITE, DocKind::Register, &[(Field::NAME, text(name)), (Field::STATE, text("in_use"))])
}

/// Applies what a form writes to a record.
fn apply(site: &mut Snapshot, form: &dyn Form) {
    let edit = form.edit(&desk(DocKind::Register, Side::Commune, Role::Leader)).unwrap();
    for write in edit.writes() {
        if let Write::Set { field, value, .. } = write {
            site.fields.insert(*field, held(value.clone(), 3));
        }
    }
}

fn voided(mut site: Snapshot, named_by: &[RecordId]) -> Snapshot {
    let seen = seen(&site, named_by);
    let reason = "nhập hai lần".to_owned();
    let form = VoidRecord { record: site.id, kind: Kind::SITE, event: eid(8), void: true, seen, reason };
    apply(&mut site, &form);
    site
}

#[test]
fn what_is_written_of_a_mistake_by_who_did_not_know_is_settled() {
    let mut gone = voided(site("Trụ sở"), &[rid(7)]);
    assert_eq!(mistake(&gone, &[rid(7)]), None, "all that its voider saw");
    assert!(mistake(&gone, &[rid(7), rid(6)]).is_some(), "something else is named by it");
    assert_eq!(mistake(&site("Trụ sở"), &[rid(7)]), None);
    gone.fields.insert(Field::CAPACITY, held(Value::Int(40), 2));
    for (chosen, stays_void) in [(0, true), (1, false)] {
        let clash = mistake(&gone, &[rid(7)]).unwrap();
        let chosen = clash.options.iter().position(|option| option.value == Value::Bool(chosen == 0)).unwrap();
        let mut settled = gone.clone();
        apply(&mut settled, &Settle { event: eid(9), clash, chosen, reason: None });
        assert_eq!((settled.is_void(), mistake(&settled, &[rid(7)])), (stays_void, None));
        if stays_void {
            assert!(mistake(&settled, &[]).is_some(), "what comes later was not weighed");
        }
    }
}

#[test]
fn two_who_call_one_record_a_mistake_agree() {
    let mut gone = voided(site("Trụ sở"), &[]);
    let other = held(text("abc"), 4);
    gone.fields.get_mut(&Field::VOID_SEEN).unwrap().rivals.push(other);
    assert!(fields(&gone).is_empty() && mistake(&gone, &[]).is_none());
}

#[test]
fn what_is_kept_of_a_record_is_the_same_in_every_version() {
    assert_eq!(seen(&site("Trụ sở"), &[rid(7)]), "albkkenabllpnlehlnlfnhhkdlibddld");
}
