//! Boards and who sits on them.

use askama::Template;
use hopluu_view::query::BoardRow;

use super::*;
use crate::failure;
use crate::page::show as render;

#[derive(Template)]
#[template(path = "people/boards.html")]
struct BoardsPage {
    page: Page,
    names: Names,
    query: StaffQuery,
    communes: Vec<CommuneRow>,
    boards: Vec<BoardRow>,
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
        let none = nobody(&site, &communes);
        let boards = if none { Vec::new() } else { site.desk.boards(&signed.who, &query.commune, &query.at).await? };
        Ok::<_, Refusal>((communes, boards, Names::load(&site.desk, lang)?))
    };
    match ask.await {
        Ok((communes, boards, names)) => {
            let page = wish.page(&site, &signed, "people").await;
            render(&BoardsPage { page, names, query, communes, boards })
        }
        Err(refusal) => failure::refused(&site, wish, &signed, refusal).await,
    }
}
