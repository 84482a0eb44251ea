//! The district of Long Biên, 2019: fewer groups, and fewer people who hold more posts each.

use hopluu_model::{Date, RecordId, catalogue};
use serde::Deserialize;

use super::FactPlace;
use super::book::Book;

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Seed {
    wards: Vec<Ward>,
    post_template: Template,
}

#[derive(Debug, Clone, Deserialize)]
struct Ward {
    old_code: String,
    name: String,
    #[serde(rename = "type")]
    kind: String,
    groups_before: usize,
    groups_after: usize,
    ward_staff_before: usize,
    ward_staff_after: usize,
}

#[derive(Debug, Clone, Deserialize)]
struct Template {
    posts: Vec<Post>,
    holders_after: Vec<Vec<String>>,
}

#[derive(Debug, Clone, Deserialize)]
struct Post {
    slug: String,
    vi: String,
}

/// "Completed by 2019-10-05."
fn done_on() -> Date {
    Date::new(2019, 10, 5).expect("2019-10-05 is a day of the calendar")
}

const PART_TIME: &str = "khong_chuyen_trach";

impl Seed {
    pub(super) fn places(&self) -> Vec<FactPlace> {
        let place = |ward: &Ward| FactPlace {
            text: "001",
            code: ward.old_code.clone(),
            name: ward.name.clone(),
            kind: ward.kind.clone(),
            province: "01",
            today: catalogue::successors(&ward.old_code).iter().map(|heir| heir.commune.code.to_owned()).collect(),
        };
        self.wards.iter().map(place).collect()
    }

    pub(super) fn write(&self, code: &str, book: &mut Book<'_>) {
        let Some(ward) = self.wards.iter().find(|ward| ward.old_code == code) else { return };
        let posts: Vec<RecordId> =
            self.post_template.posts.iter().map(|post| book.post(&post.slug, &post.vi, true, Some(1))).collect();
        let units: Vec<RecordId> = (1..=ward.groups_before)
            .map(|number| book.unit(&format!("group {number}"), &format!("Tổ dân phố {number}"), "to_dan_pho", None))
            .collect();
        for unit in &units {
            for post in &posts {
                let person = person(book, *unit, *post);
                book.hold(person, *post, Some(*unit), None);
            }
        }
        // The first groups are merged two by two; the others go on with fewer people.
        let pairs = ward.groups_before - ward.groups_after;
        for (number, pair) in units[..2 * pairs].chunks(2).enumerate() {
            let name = format!("Tổ dân phố {} (mới)", number + 1);
            let made = book.decide(&format!("merger {number}"), pair.to_vec(), (&name, "to_dan_pho"), done_on());
            self.concentrate(book, &posts, pair[0], made);
            for post in &posts {
                book.leave(person_of(book, pair[1], *post), "thoi_do_sap_nhap", done_on());
            }
        }
        for unit in &units[2 * pairs..] {
            self.concentrate(book, &posts, *unit, *unit);
        }
        ward_staff(book, ward);
    }

    /// Those who stay of one group hold all posts of a group, the same or the one it went into; the others leave.
    fn concentrate(&self, book: &mut Book<'_>, posts: &[RecordId], of: RecordId, into: RecordId) {
        let slugs: Vec<&str> = self.post_template.posts.iter().map(|post| post.slug.as_str()).collect();
        let places = |slug: &String| slugs.iter().position(|known| known == slug);
        let after: Vec<Vec<usize>> =
            self.post_template.holders_after.iter().map(|held| held.iter().filter_map(places).collect()).collect();
        for held in &after {
            let Some(first) = held.first() else { continue };
            let person = person_of(book, of, posts[*first]);
            for place in held.iter().filter(|place| of != into || *place != first) {
                book.hold(person, posts[*place], Some(into), Some(done_on()));
            }
        }
        let stays = |place: &usize| after.iter().any(|held| held.first() == Some(place));
        for place in (0..posts.len()).filter(|place| !stays(place)) {
            book.leave(person_of(book, of, posts[place]), "thoi_do_kiem_nhiem", done_on());
        }
    }
}

fn person_of(book: &Book<'_>, unit: RecordId, post: RecordId) -> RecordId {
    book.id(&format!("person {unit} {post}"))
}

fn person(book: &mut Book<'_>, unit: RecordId, post: RecordId) -> RecordId {
    let what = format!("person {unit} {post}");
    let number = u64::from_be_bytes(book.id(&what).0[..8].try_into().unwrap_or_default()) % 1_000_000;
    book.person(&what, &format!("Nguyễn Văn Mẫu {number:06}"), PART_TIME)
}

fn ward_staff(book: &mut Book<'_>, ward: &Ward) {
    let post = book.post("khong_chuyen_trach_phuong", "Người hoạt động không chuyên trách của phường", false, None);
    for number in 1..=ward.ward_staff_before {
        let person = book.person(&format!("ward staff {number}"), &format!("Trần Thị Mẫu {number:03}"), PART_TIME);
        book.hold(person, post, None, None);
        if number > ward.ward_staff_after {
            book.leave(person, "nghi_che_do", done_on());
        }
    }
}
