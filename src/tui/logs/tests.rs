//! A log, key by key and page by page.
