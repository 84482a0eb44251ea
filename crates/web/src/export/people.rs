//! People, posts, holdings, leavers and boards as rows. Names leave only with those who may read personal records, and
//! that they were looked at is written down first.

use std::sync::Arc;

use hopluu_desk::{LeaverQuery, Power, Refusal, StaffQuery, Who};
use hopluu_view::query::{Staff, TransferRow};

use super::table::{Cell, Column, Table};
use super::{notes, read};
use crate::names::Names;
use crate::page::Page;
use crate::site::Site;

const PEOPLE: &[Column] = &[
    Column { key: "people.name", slug: "name", width: 28 },
    Column { key: "people.category", slug: "category", width: 28 },
    Column { key: "people.since", slug: "since", width: 14 },
    Column { key: "people.posts", slug: "posts", width: 60 },
    Column { key: "people.left", slug: "left", width: 14 },
    Column { key: "leavers.reason", slug: "reason", width: 28 },
];

const POSTS: &[Column] = &[
    Column { key: "people.posts", slug: "post", width: 36 },
    Column { key: "person.unit", slug: "unit", width: 30 },
    Column { key: "people.name", slug: "holders", width: 40 },
    Column { key: "posts.empty", slug: "vacant", width: 10 },
];

const HOLDINGS: &[Column] = &[
    Column { key: "people.name", slug: "name", width: 28 },
    Column { key: "people.posts", slug: "post", width: 36 },
    Column { key: "person.unit", slug: "unit", width: 30 },
    Column { key: "person.tenure", slug: "tenure", width: 14 },
    Column { key: "person.from", slug: "from", width: 14 },
    Column { key: "person.to", slug: "to", width: 14 },
];

const LEAVERS: &[Column] = &[
    Column { key: "people.name", slug: "name", width: 28 },
    Column { key: "people.category", slug: "category", width: 28 },
    Column { key: "leavers.reason", slug: "reason", width: 36 },
    Column { key: "leavers.on", slug: "on", width: 14 },
    Column { key: "leavers.benefit", slug: "benefit", width: 20 },
    Column { key: "leavers.thanked_on", slug: "thanked_on", width: 14 },
    Column { key: "leavers.gift", slug: "gift", width: 28 },
];

const BOARDS: &[Column] = &[
    Column { key: "people.boards", slug: "board", width: 36 },
    Column { key: "units.kind", slug: "kind", width: 18 },
    Column { key: "person.unit", slug: "unit", width: 30 },
    Column { key: "people.name", slug: "name", width: 28 },
    Column { key: "boards.member", slug: "duty", width: 24 },
    Column { key: "person.from", slug: "from", width: 14 },
    Column { key: "person.to", slug: "to", width: 14 },
];

const TRANSFERS: &[Column] = &[
    Column { key: "people.name", slug: "name", width: 28 },
    Column { key: "people.category", slug: "category", width: 28 },
    Column { key: "transfers.from", slug: "from", width: 24 },
    Column { key: "transfers.to", slug: "to", width: 24 },
    Column { key: "transfers.on", slug: "on", width: 14 },
    Column { key: "export.decision", slug: "decision", width: 24 },
    Column { key: "filter.state", slug: "state", width: 18 },
    Column { key: "leavers.reason", slug: "reason", width: 28 },
];

/// One of the lists about people.
pub(super) async fn table(
    site: &Arc<Site>,
    who: &Who,
    page: Page,
    (what, query): (&str, &str),
) -> Result<Table, Refusal> {
    let names = Names::load(&site.desk, page.lang)?;
    let desk = &site.desk;
    if what != "posts" {
        desk.allow(who, Power::Personal)?;
    }
    let wanted: StaffQuery = read(query);
    let (file, columns, rows) = match what {
        "leavers" => ("nguoi-nghi", LEAVERS, leavers(&desk.leavers(who, &read::<LeaverQuery>(query)).await?, &names)),
        "boards" => {
            let boards = desk.boards(who, &wanted.commune, &wanted.at).await?;
            ("cac-ban", BOARDS, self::boards(&boards, &names))
        }
        "transfers" => {
            let asked = desk.transfers(who, &wanted.commune).await?;
            ("dieu-dong", TRANSFERS, transfers(asked, &names))
        }
        _ => {
            let staff = desk.staff(who, &wanted).await?;
            match what {
                "posts" => ("chuc-danh", POSTS, staff.map_or_else(Vec::new, |staff| posts(&staff, &page))),
                "holdings" => ("bo-tri", HOLDINGS, staff.map_or_else(Vec::new, |staff| holdings(&staff, &names))),
                _ => ("can-bo", PEOPLE, staff.map_or_else(Vec::new, |staff| people(&staff, &names))),
            }
        }
    };
    Ok(Table::new(&page, file, columns, notes(site, &page)).with(rows))
}

fn people(staff: &Staff, names: &Names) -> Vec<Vec<Cell>> {
    let rows = staff.people.iter().map(|person| {
        vec![
            Cell::text(&person.name),
            Cell::text(names.word("staff_category", &person.category)),
            Cell::day(person.since),
            Cell::text(crate::people::posts(person)),
            Cell::day(person.left),
            Cell::text(names.word("exit_reason", &person.reason)),
        ]
    });
    rows.collect()
}

fn posts(staff: &Staff, page: &Page) -> Vec<Vec<Cell>> {
    let seats = staff.posts.iter().flat_map(|post| post.seats.iter().map(move |seat| (post, seat)));
    let rows = seats.map(|(post, seat)| {
        let holders: Vec<&str> = seat.holders.iter().map(String::as_str).filter(|name| !name.is_empty()).collect();
        vec![
            Cell::text(&post.name),
            Cell::text(&seat.unit_name),
            Cell::text(holders.join("; ")),
            Cell::yes_no(page, seat.is_vacant()),
        ]
    });
    rows.collect()
}

fn holdings(staff: &Staff, names: &Names) -> Vec<Vec<Cell>> {
    let held = staff.people.iter().flat_map(|person| person.holdings.iter().map(move |held| (person, held)));
    let rows = held.map(|(person, held)| {
        vec![
            Cell::text(&person.name),
            Cell::text(&held.post_name),
            Cell::text(&held.unit_name),
            Cell::text(names.word("tenure", held.tenure)),
            Cell::day(held.from),
            Cell::day(held.to),
        ]
    });
    rows.collect()
}

fn leavers(rows: &[hopluu_view::query::LeaverRow], names: &Names) -> Vec<Vec<Cell>> {
    let rows = rows.iter().map(|row| {
        vec![
            Cell::text(&row.name),
            Cell::text(names.word("staff_category", &row.category)),
            Cell::text(names.word("exit_reason", &row.reason)),
            Cell::Day(row.on),
            Cell::text(names.word("benefit_state", &row.benefit)),
            Cell::day(row.thanked_on),
            Cell::text(&row.gift),
        ]
    });
    rows.collect()
}

fn boards(boards: &[hopluu_view::query::BoardRow], names: &Names) -> Vec<Vec<Cell>> {
    let seats = boards.iter().flat_map(|board| board.members.iter().map(move |member| (board, member)));
    let rows = seats.map(|(board, member)| {
        vec![
            Cell::text(&board.name),
            Cell::text(names.word("board_kind", &board.kind)),
            Cell::text(&board.unit_name),
            Cell::text(&member.name),
            Cell::text(&member.duty),
            Cell::day(member.from),
            Cell::day(member.to),
        ]
    });
    rows.collect()
}

fn transfers(rows: Vec<TransferRow>, names: &Names) -> Vec<Vec<Cell>> {
    let rows = rows.into_iter().map(|row| {
        let to = crate::people::goes_to(&row);
        vec![
            Cell::text(row.name),
            Cell::text(names.word("staff_category", &row.category)),
            Cell::text(row.from_commune),
            Cell::text(to),
            Cell::day(row.on),
            Cell::text(row.decision),
            Cell::text(names.word("transfer_state", &row.state)),
            Cell::text(row.reason),
        ]
    });
    rows.collect()
}
