//! Posts with their seats: who holds them, which are vacant; staff allowed and in service.

use askama::Template;
use hopluu_view::query::{PostRow, Staff};

use super::*;
use crate::failure;
use crate::page::show as render;

#[derive(Template)]
#[template(path = "people/posts.html")]
struct PostsPage {
    page: Page,
    names: Names,
    query: StaffQuery,
    communes: Vec<CommuneRow>,
    staff: Option<Staff>,
}

impl PostsPage {
    /// How many seats of a post somebody holds.
    fn held(&self, post: &PostRow) -> usize {
        post.seats.iter().filter(|seat| !seat.is_vacant()).count()
    }
}

pub(super) async fn show(
    State(site): State<Arc<Site>>,
    Query(mut query): Query<StaffQuery>,
    wish: Wish,
    signed: Signed,
) -> Response {
    let lang = wish.lang;
    let ask = async {
        let communes = communes(&site.desk, &mut query.commune)?;
        let staff = if nobody(&site, &communes) { None } else { site.desk.staff(&signed.who, &query).await? };
        Ok::<_, Refusal>((communes, staff, Names::load(&site.desk, lang)?))
    };
    match ask.await {
        Ok((communes, staff, names)) => {
            let page = wish.page(&site, &signed, "people").await;
            render(&PostsPage { page, names, query, communes, staff })
        }
        Err(refusal) => failure::refused(&site, wish, &signed, refusal).await,
    }
}
