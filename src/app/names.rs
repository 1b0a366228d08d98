//! Names: the runner that a text means, and free ones; every runner has one that no other has.

use super::AppError;
use super::entry::Entry;
use super::world::World;
use crate::domain::ids::RunnerId;
use crate::domain::name::RunnerName;

impl World {
    /// The runner that `text` means: an exact name, an id, or a unique beginning of ids.
    pub(super) fn resolve(&self, text: &str) -> Result<RunnerId, AppError> {
        let not_found = || AppError::RunnerNotFound {
            text: text.to_owned(),
            nearest: self.nearest_name(text),
        };
        if let Some((id, _)) = self
            .runners
            .iter()
            .find(|(_, entry)| entry.runner.name.as_str() == text)
        {
            return Ok(*id);
        }
        if text.len() < 4 {
            return Err(not_found());
        }
        let fits: Vec<RunnerId> = self
            .runners
            .keys()
            .copied()
            .filter(|id| id.to_string().starts_with(text))
            .collect();
        match *fits.as_slice() {
            [] => Err(not_found()),
            [id] => Ok(id),
            _ => Err(AppError::RunnerAmbiguous {
                text: text.to_owned(),
                count: fits.len(),
            }),
        }
    }

    fn nearest_name(&self, text: &str) -> Option<String> {
        self.runners
            .values()
            .map(|entry| entry.runner.name.as_str())
            .map(|name| (strsim::damerau_levenshtein(name, text), name))
            .filter(|(distance, name)| *distance <= name.chars().count().div_ceil(3))
            .min()
            .map(|(_, name)| name.to_owned())
    }

    pub(super) fn find(&self, text: &str) -> Result<&Entry, AppError> {
        let id = self.resolve(text)?;
        self.entry(id)
    }

    pub(super) fn find_mut(&mut self, text: &str) -> Result<&mut Entry, AppError> {
        let id = self.resolve(text)?;
        self.entry_mut(id)
    }

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
