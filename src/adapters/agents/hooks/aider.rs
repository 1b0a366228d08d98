//! aider has one hook, `--notifications-command`, without a word in it: it wants input, be it a prompt or an answer to its question.

use super::told::Told;
use crate::domain::sign::certainty::WEAK;
use crate::domain::sign::{Doing, Reason};

pub(super) fn read(told: &mut Told) {
    if told.event() == "notification" {
        told.does(WEAK, Doing::Resting, Reason::TurnFinished, None);
    }
}
