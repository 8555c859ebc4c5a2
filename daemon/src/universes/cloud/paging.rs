//! Roblox's pages as ours: its tokens in our cursors, and pages cut where the caller wants fewer.
//!
//! A listing goes on with the page size it began with, because all other parameters have to be repeated unchanged
//! (`roblox-apis.md §0.1`). Where a caller takes less than a page, the cursor leads to the same page again, and behind
//! the item that was taken last.
//!
//! **Invariant:** no item is passed over. Where the last one taken is gone from its page, the page is given again.

use std::future::Future;

use daemon_core::cursor::{self, CURSOR_LIMIT, CursorError};
use daemon_roblox::client::CloudPage;
use daemon_roblox::client::error::CloudError;

use crate::universes::UniverseError;

/// How many empty pages in a row are passed over before the caller gets one with a cursor.
const EMPTY_PAGES: usize = 16;

/// A listing, told apart from every other by its parameters.
#[derive(Clone, Copy, Debug)]
pub(super) struct Listing<'parts> {
    fingerprint: &'parts [&'parts str],
}

/// Items of a listing.
#[derive(Debug)]
pub(super) struct Listed<T> {
    /// At most as many as were asked for.
    pub(super) items: Vec<T>,
    /// Where it goes on; absent at the end.
    pub(super) next_cursor: Option<String>,
    /// The page of Roblox's that the items are from.
    pub(super) place: Place,
}

/// Where a listing goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// Roblox's token; none for the first page.
    token: Option<String>,
    /// The size of its pages.
    size: usize,
    /// The name of the item on that page behind which it goes on; empty for the whole page.
    after: Vec<String>,
}

/// Why there is no page.
#[derive(Debug)]
pub(super) enum PageError {
    /// The cursor is none, or of another listing.
    Cursor(CursorError),
    /// Roblox did not give it.
    Cloud(CloudError),
}

impl From<CloudError> for PageError {
    fn from(error: CloudError) -> Self {
        Self::Cloud(error)
    }
}

impl From<PageError> for UniverseError {
    fn from(error: PageError) -> Self {
        match error {
            PageError::Cursor(error) => Self::Cursor(error),
            PageError::Cloud(error) => Self::Cloud(error),
        }
    }
}

impl<'parts> Listing<'parts> {
    /// The listing of those parameters.
    pub(super) fn new(fingerprint: &'parts [&'parts str]) -> Self {
        Self { fingerprint }
    }

    /// One page of at most `limit` items; `most` is Roblox's largest page, and `name` tells items of a page apart.
    pub(super) async fn page<T, F>(
        self,
        cursor: Option<&str>,
        limit: usize,
        most: usize,
        name: impl Fn(&T) -> Vec<String>,
        fetch: impl Fn(Option<String>, usize) -> F,
    ) -> Result<Listed<T>, PageError>
    where
        F: Future<Output = Result<CloudPage<T>, CloudError>>,
    {
        let mut place = self.place(cursor, limit, most)?;
        let mut empty = 0;
        loop {
            let page = fetch(place.token.clone(), place.size).await?;
            let mut items = page.items;
            if let Some(position) = items.iter().position(|item| name(item) == place.after) {
                items.drain(..=position);
            }
            if items.len() > limit {
                items.truncate(limit);
                let after = items.last().map(&name).unwrap_or_default();
                let next_cursor = Some(self.cursor_behind(&place, after)?);
                return Ok(Listed { items, next_cursor, place });
            }
            let next = page.next.map(|token| Place { token: Some(token), after: Vec::new(), ..place });
            match next {
                Some(next) if items.is_empty() && empty < EMPTY_PAGES => {
                    empty += 1;
                    place = next;
                }
                next => {
                    let next_cursor = next.map(|next| self.cursor(&next)).transpose()?;
                    return Ok(Listed { items, next_cursor, place });
                }
            }
        }
    }

    /// The cursor that goes on behind an item of a page.
    pub(super) fn cursor_behind(self, place: &Place, after: Vec<String>) -> Result<String, PageError> {
        self.cursor(&Place { after, ..place.clone() })
    }

    /// The place a cursor leads to.
    fn place(self, cursor: Option<&str>, limit: usize, most: usize) -> Result<Place, PageError> {
        let malformed = || PageError::Cursor(CursorError::Malformed);
        let Some(cursor) = cursor else {
            return Ok(Place { token: None, size: limit.clamp(1, most), after: Vec::new() });
        };
        let mut parts = cursor::decode(cursor, self.fingerprint).map_err(PageError::Cursor)?.into_iter();
        let (token, size) = parts.next().zip(parts.next()).ok_or_else(malformed)?;
        let size = size.parse().ok().filter(|size| (1..=most).contains(size)).ok_or_else(malformed)?;
        Ok(Place { token: Some(token).filter(|token| !token.is_empty()), size, after: parts.collect() })
    }

    fn cursor(self, place: &Place) -> Result<String, PageError> {
        let size = place.size.to_string();
        let mut parts = vec![place.token.as_deref().unwrap_or_default(), &size];
        parts.extend(place.after.iter().map(String::as_str));
        let cursor = cursor::encode(self.fingerprint, &parts);
        if cursor.len() > CURSOR_LIMIT {
            let problem = "the token of its next page is too long to be passed on".to_owned();
            return Err(PageError::Cloud(CloudError::NotUnderstood { problem }));
        }
        Ok(cursor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pages of numbers by token: each token is the number its page begins with.
    async fn fetch(token: Option<String>, size: usize) -> Result<CloudPage<String>, CloudError> {
        let first: u32 = token.map_or(0, |token| token.parse().unwrap());
        // From 100 to 199 there is nothing to be listed.
        let items: Vec<_> = (first..12).take(size).collect();
        let next = match items.last() {
            Some(last) if *last < 11 => Some(last + 1),
            Some(_) => Some(100),
            None => (first < 199).then_some(first + 1),
        };
        Ok(CloudPage {
            items: items.iter().map(u32::to_string).collect(),
            next: next.map(|next| next.to_string()),
        })
    }

    #[tokio::test]
    async fn pages_go_on_where_the_caller_stopped() {
        let listing = Listing::new(&["numbers"]);
        for limits in [vec![12], vec![5], vec![1], vec![5, 2, 1], vec![3, 100], vec![100, 1]] {
            let (mut items, mut cursor) = (Vec::new(), None);
            for limit in limits.iter().cycle() {
                let page = listing
                    .page(cursor.as_deref(), *limit, 7, |item| vec![item.clone()], fetch)
                    .await
                    .unwrap();
                assert!(page.items.len() <= *limit);
                items.extend(page.items);
                cursor = page.next_cursor;
                if cursor.is_none() {
                    break;
                }
            }
            let expected: Vec<_> = (0..12).map(|number: u32| number.to_string()).collect();
            assert_eq!(items, expected, "{limits:?}");
        }
    }

    #[tokio::test]
    async fn a_page_whose_last_item_is_gone_is_given_again() {
        let listing = Listing::new(&["numbers"]);
        let page = listing.page(None, 5, 7, |item| vec![item.clone()], fetch).await.unwrap();
        let cursor = listing.cursor_behind(&page.place, vec!["gone".to_owned()]).unwrap();
        let again = listing.page(Some(&cursor), 5, 7, |item| vec![item.clone()], fetch).await.unwrap();
        assert_eq!(again.items, page.items);
        let cursor = listing.cursor_behind(&page.place, vec!["2".to_owned()]).unwrap();
        let rest = listing.page(Some(&cursor), 5, 7, |item| vec![item.clone()], fetch).await.unwrap();
        assert_eq!(rest.items, ["3", "4"]);
    }

    #[tokio::test]
    async fn only_so_many_empty_pages_are_passed_over() {
        let listing = Listing::new(&["numbers"]);
        let place = Place { token: Some("100".to_owned()), size: 5, after: Vec::new() };
        let page = listing
            .page(Some(&listing.cursor(&place).unwrap()), 5, 7, |item| vec![item.clone()], fetch)
            .await
            .unwrap();
        assert!(page.items.is_empty() && page.next_cursor.is_some());
    }

    #[test]
    fn cursors_hold_their_place_or_are_refused() {
        let listing = Listing::new(&["numbers"]);
        let place = Place { token: Some("t".to_owned()), size: 5, after: vec!["a".into(), "b".into()] };
        let cursor = listing.cursor(&place).unwrap();
        assert_eq!(listing.place(Some(&cursor), 1, 7).unwrap(), place);
        let refused =
            |fingerprint: &[&str], cursor: &str| match Listing::new(fingerprint).place(Some(cursor), 1, 7) {
                Err(PageError::Cursor(error)) => error,
                other => panic!("{other:?}"),
            };
        assert_eq!(refused(&["letters"], &cursor), CursorError::OtherQuery);
        for parts in [&[][..], &["t"], &["t", "x"], &["t", "0"], &["t", "8"]] {
            assert_eq!(refused(&["numbers"], &cursor::encode(&["numbers"], parts)), CursorError::Malformed);
        }
        let long = Place { token: Some("t".repeat(CURSOR_LIMIT)), ..place };
        assert!(matches!(listing.cursor(&long), Err(PageError::Cloud(CloudError::NotUnderstood { .. }))));
    }
}
