//! Exports: what a runner printed, in forms for others. Memory is bounded whatever the size: everything goes out as it comes in.

pub(super) mod asciicast;
pub(super) mod page;
mod pen;
pub(super) mod picture;
pub(super) mod sink;
mod strokes;
pub(super) mod text;
