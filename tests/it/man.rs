//! The manual pages in the programs that show them.

use crate::support::Sandbox;

#[test]
fn the_pages_are_formatted_without_a_complaint() {
    let sandbox = Sandbox::without_tmux();
    sandbox.geppetto(&["man", "--dir", "man1"]).ok();
    let count: usize = sandbox.sh("ls man1 | wc -l").ok().trim().parse().unwrap();
    assert!(count > 40, "{count} pages");
    // Whatever of them is here. What a page is made of, a unit test asserts on every machine.
    for format in ["groff -man -Tutf8 -ww -z", "mandoc -man -Tlint -Werror"] {
        let program = format.split(' ').next().unwrap();
        let script = format!(
            "command -v {program} >/dev/null || exit 0; for page in man1/*; do {format} \"$page\"; done 2>&1"
        );
        assert_eq!(sandbox.sh(&script).ok(), "");
    }
    let page =
        "command -v groff >/dev/null || exit 0; groff -man -Tascii -P-cbou man1/geppetto-logs.1";
    let shown = sandbox.sh(page).ok();
    for part in [
        "geppetto logs work -n 20 --time\n",
        "EXIT STATUS",
        "geppetto 0.",
    ] {
        assert!(
            shown.is_empty() || shown.contains(part),
            "{part} in {shown}"
        );
    }
}
