//! One file per verb, named as the use case in `app`.

pub(super) mod api;
pub(super) mod attach;
pub(super) mod completions;
pub(super) mod daemon;
pub(super) mod demo;
pub(super) mod doctor;
pub(super) mod forget;
pub(super) mod list;
pub(super) mod logs;
pub(super) mod new;
pub(super) mod pause;
pub(super) mod plugin;
pub(super) mod popup;
pub(super) mod register;
pub(super) mod resume;
pub(super) mod sessions;
pub(super) mod show;
pub(super) mod start;
pub(super) mod status;
pub(super) mod stop;
pub(super) mod wait;
