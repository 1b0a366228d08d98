//! The modules for themes: with a stand-in that does what the theme does, and with the real one where it is given.

use std::fs;
use std::path::Path;

use crate::support::plugin::{ROOT, attached, load, loaded};
use crate::support::{Sandbox, Terminal};

/// A sandbox with the plugin and one frozen runner.
fn with_runner() -> Sandbox {
    let sandbox = loaded();
    sandbox.start("one", "exec sleep 1000");
    sandbox.geppetto(&["pause", "one"]).ok();
    sandbox
}

#[track_caller]
fn source(sandbox: &Sandbox, text: &str) {
    let file = sandbox.path("more.conf");
    fs::write(&file, text).unwrap();
    sandbox.tmux(&["source-file", file.to_str().unwrap()]);
}

/// The module of catppuccin is drawn, with the theme at `theme`.
#[track_caller]
fn catppuccin_shows_it(sandbox: &Sandbox, theme: &Path) {
    source(
        sandbox,
        &format!(
            "set -g @geppetto-catppuccin '{}'\nsource '{ROOT}/themes/catppuccin.conf'\n\
             set -g status-right-length 100\nset -g status-right '#{{E:@catppuccin_status_geppetto}}'\n",
            theme.display()
        ),
    );
    let terminal = attached(sandbox, "=anchor:");
    wait_for_segment(sandbox, &terminal);
    assert!(terminal.bottom().contains('◐'), "the icon");
}

#[track_caller]
fn wait_for_segment(sandbox: &Sandbox, terminal: &Terminal<'_>) {
    sandbox.wait_until("the segment", || terminal.bottom().contains("‖1"));
}

/// A theme with one module of its own, whose name is known while its file is read, as it is in the real one.
fn stand_in(sandbox: &Sandbox) -> std::path::PathBuf {
    let theme = sandbox.path("a theme");
    fs::create_dir_all(theme.join("utils")).unwrap();
    let module = "set -gF \"@catppuccin_status_${MODULE_NAME}\" \"#[fg=#{@catppuccin_${MODULE_NAME}_color}]#{@catppuccin_${MODULE_NAME}_icon}\"\n\
         set -ag \"@catppuccin_status_${MODULE_NAME}\" \"#{E:@catppuccin_${MODULE_NAME}_text}\"\n";
    fs::write(theme.join("utils/status_module.conf"), module).unwrap();
    let own = "%hidden MODULE_NAME=\"host\"\nset -g @thm_peach '#fab387'\nset -g @catppuccin_host_text '#H'\n\
         source -F \"#{d:current_file}/utils/status_module.conf\"\n";
    fs::write(theme.join("theme.conf"), own).unwrap();
    let config = format!("source '{}/theme.conf'\n", theme.display());
    source(sandbox, &config);
    theme
}

#[test]
fn catppuccin_has_a_module() {
    let sandbox = with_runner();
    let theme = stand_in(&sandbox);
    catppuccin_shows_it(&sandbox, &theme);
}

#[test]
fn dracula_runs_a_script() {
    let sandbox = with_runner();
    let scripts = sandbox.path("dracula");
    fs::create_dir(&scripts).unwrap();
    let link = scripts.join("geppetto.sh");
    std::os::unix::fs::symlink(Path::new(ROOT).join("themes/dracula.sh"), &link).unwrap();
    let module = format!("#({})", link.display());
    sandbox.tmux(&["set-option", "-g", "status-right", &module]);
    let terminal = attached(&sandbox, "=anchor:");
    wait_for_segment(&sandbox, &terminal);
}

#[test]
fn every_door_works_in_a_line_that_a_theme_has_rewritten() {
    let sandbox = with_runner();
    sandbox.tmux(&["set-option", "-g", "status-right", "#{geppetto_status}|"]);
    load(&sandbox);
    sandbox.tmux(&["set-option", "-g", "status-interval", "1"]);
    let terminal = attached(&sandbox, "=anchor:");
    wait_for_segment(&sandbox, &terminal);
    for right in [
        // The first door needs nobody to have seen the line.
        "theme #{E:@geppetto_status}|",
        // The second one is now the environment alone: right, if late.
        "theme #{geppetto_status}|",
        "theme #(exec #{q:@geppetto_bin} status --once --plain)|",
    ] {
        sandbox.tmux(&["set-option", "-g", "status-right", right]);
        sandbox.wait_until(right, || terminal.bottom().contains("theme ‖1|"));
    }
}

/// Not compiled without the feature `real-themes`: a test that cannot do its work must not look like one that passed.
#[cfg(feature = "real-themes")]
#[test]
fn the_real_catppuccin_has_a_module() {
    let theme =
        crate::support::variable("CATPPUCCIN").expect("CATPPUCCIN names a clone of the theme");
    let sandbox = with_runner();
    sandbox.tmux(&["run-shell", &format!("'{theme}/catppuccin.tmux'")]);
    catppuccin_shows_it(&sandbox, Path::new(&theme));
}

/// The same for dracula.
#[cfg(feature = "real-themes")]
#[test]
fn the_real_dracula_runs_the_script() {
    let theme = crate::support::variable("DRACULA").expect("DRACULA names a clone of the theme");
    let sandbox = with_runner();
    let copy = sandbox.path("dracula");
    sandbox
        .sh(&format!("cp -R '{theme}' '{}'", copy.display()))
        .ok();
    let link = copy.join("scripts/geppetto.sh");
    std::os::unix::fs::symlink(Path::new(ROOT).join("themes/dracula.sh"), &link).unwrap();
    sandbox.tmux(&["set-option", "-g", "@dracula-plugins", "custom:geppetto.sh"]);
    sandbox.tmux(&["run-shell", &format!("'{}/dracula.tmux'", copy.display())]);
    let terminal = attached(&sandbox, "=anchor:");
    wait_for_segment(&sandbox, &terminal);
}
