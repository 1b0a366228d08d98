//! Which tmux versions we speak to. Pure.

/// The floor: 3.2a crashes when a pane dies under a control client.
const FLOOR: (u32, u32) = (3, 3);

/// True for 3.3 and later. A version that is no number (`master`, `next-3.8`, `openbsd-7.6`) is taken for the newest.
pub(super) fn is_supported(version: &str) -> bool {
    read(version).is_none_or(|version| version >= FLOOR)
}

fn read(version: &str) -> Option<(u32, u32)> {
    let (major, rest) = version.split_once('.')?;
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    Some((major.parse().ok()?, rest.get(..digits)?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_floor_is_3_3() {
        for good in [
            "3.3", "3.3a", "3.7c", "3.10", "4.0", "next-3.8", "master", "",
        ] {
            assert!(is_supported(good), "{good}");
        }
        for old in ["3.2a", "3.2", "2.9", "1.8"] {
            assert!(!is_supported(old), "{old}");
        }
    }
}
