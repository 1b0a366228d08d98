//! Free names: every runner has one that no other has.

use super::AppError;
use super::world::World;
use crate::domain::ids::RunnerId;
use crate::domain::name::RunnerName;

impl World {
    fn holder(&self, name: &RunnerName) -> Option<RunnerId> {
        self.runners
            .iter()
            .find(|(_, entry)| entry.runner.name == *name)
            .map(|(id, _)| *id)
    }

    /// The name that the user asked for, checked.
    pub(super) fn claim_name(&self, text: &str) -> Result<RunnerName, AppError> {
        let name = RunnerName::parse(text).map_err(|source| AppError::Name {
            text: text.to_owned(),
            source,
        })?;
        match self.holder(&name) {
            Some(holder) => Err(AppError::DuplicateName {
                name: text.to_owned(),
                holder,
            }),
            None => Ok(name),
        }
    }

    /// `wish`, or `wish-2`, `wish-3`, … when it is taken.
    pub(super) fn free_name(&self, wish: &RunnerName) -> RunnerName {
        if self.holder(wish).is_none() {
            return wish.clone();
        }
        (2_u32..)
            .map(|number| wish.with_suffix(number))
            .find(|name| self.holder(name).is_none())
            .unwrap_or_else(|| wish.clone())
    }
}
