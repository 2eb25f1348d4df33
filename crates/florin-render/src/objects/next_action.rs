//! What the buyer has to do next: go to a page of this installation and authenticate.
//!
//! Deliberately absent: every other kind of action, because only cards can be charged.

use crate::View;
use crate::shape::Shape;
use florin_wire::Node;

/// The address of that page.
pub(crate) fn page_url(id: &str, client_secret: &str, view: &View<'_>) -> String {
    format!(
        "{}/sandbox/authenticate/{id}?client_secret={client_secret}",
        view.base_url
    )
}

/// The redirect to the authentication page of an intent or a set-up.
pub(super) fn render<'a>(
    id: &str,
    client_secret: &str,
    return_url: Option<&'a str>,
    view: &View<'_>,
) -> Node<'a> {
    let url = page_url(id, client_secret, view);
    let mut redirect = Shape::hash(2);
    redirect.put("return_url", return_url).put("url", url);
    let mut action = Shape::hash(2);
    action
        .put("redirect_to_url", redirect.done())
        .put("type", "redirect_to_url");
    action.done()
}
