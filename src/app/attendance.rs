//! Who looks at which slot: terminals that attach to its session and leave it again, and the place of its transcript at that
//! moment.

use super::world::World;
use crate::domain::key::SessionKey;
use crate::domain::slot::SlotStatus;

impl World {
    /// Compares every slot with the sessions that there are.
    pub(super) fn take_attendance(&mut self) {
        let keys: Vec<SessionKey> = self.slots.keys().cloned().collect();
        for key in keys {
            self.look_at_slot(&key);
        }
    }

    fn look_at_slot(&mut self, key: &SessionKey) {
        let (name, status) = match self.layout.session_of(key) {
            Some(session) if session.clients > 0 => {
                (Some(session.name.clone()), SlotStatus::Attached)
            }
            Some(session) => (Some(session.name.clone()), SlotStatus::Detached),
            None => (None, SlotStatus::Ended),
        };
        let Some(slot) = self.slots.get(key) else {
            return;
        };
        let before = slot.status;
        // Without a session it is as it was: reserved, or ended.
        let never_had_one = status == SlotStatus::Ended && before == SlotStatus::Reserved;
        let is_renamed = name.as_ref().is_some_and(|name| *name != slot.session_name);
        if never_had_one || (before == status && !is_renamed) {
            return;
        }
        let now = self.clock.now();
        let left = before == SlotStatus::Attached && status != SlotStatus::Attached;
        let seen = slot.runner.filter(|_| left).and_then(|id| {
            let entry = self.runners.get_mut(&id)?;
            Some((entry.end(), entry.screen_text()))
        });
        let Some(slot) = self.slots.get_mut(key) else {
            return;
        };
        slot.status = status;
        if let Some(name) = name {
            slot.session_name = name;
        }
        if status == SlotStatus::Attached && before != SlotStatus::Attached {
            slot.last_connected_at = Some(now);
        }
        if left {
            slot.last_detach_at = Some(now);
            if let Some((end, text)) = seen {
                slot.cursor = Some(end);
                slot.snapshot = text.or(slot.snapshot.take());
            }
        }
        self.touch_slot(key);
    }
}
