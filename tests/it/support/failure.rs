//! What a test failed with, kept so that it can be told last: a report that is cut keeps its end.

use std::cell::RefCell;
use std::panic::{set_hook, take_hook};
use std::sync::Once;

thread_local! {
    static MESSAGE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// From now on, panics of every thread are kept for it.
pub(crate) fn keep() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = take_hook();
        set_hook(Box::new(move |info| {
            // A test that ends because of a panic in its clean-up has nowhere to keep it.
            let _kept = MESSAGE.try_with(|message| message.replace(Some(info.to_string())));
            usual(info);
        }));
    });
}

/// The last panic of this thread.
pub(crate) fn message() -> String {
    MESSAGE.with(|message| message.take().unwrap_or_default())
}
