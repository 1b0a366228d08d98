//! Notices: whether a person is told of a change of a runner's status, in which ways, and in which words. Pure: what the
//! terminals show, the time of day and the wishes come in as arguments.

mod decide;
mod quiet;
mod reach;
mod way;
mod wishes;
mod words;

pub use decide::{Change, Moment, due, ways};
pub use quiet::{QuietHours, QuietHoursError};
pub use reach::{Terminal, hears_bell, is_looked_at};
pub use way::Way;
pub use wishes::{Choice, NoticeWishes, OscNumber, TOLD};
pub use words::{joint, sentence};
