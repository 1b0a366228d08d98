//! What a person types into a runner, and what they call it.

use super::*;

#[tokio::test]
async fn text_goes_to_the_pane_and_keys_do_not() {
    let core = Core::new();
    core.new_runner(named("one")).await.unwrap();
    let send = |text: &str| {
        core.app.send(Message {
            runner: "one".to_owned(),
            text: text.to_owned(),
            enter: Enter::Press,
            care: Care::Checked,
        })
    };
    send("a\tb\n修").await.unwrap();
    for wrong in ["\u{1b}[A", "\u{3}", &"x".repeat(64 * 1024 + 1)] {
        assert!(matches!(
            send(wrong).await,
            Err(AppError::Invalid { field: "text", .. })
        ));
    }
    let id = core.app.show("one".to_owned()).await.unwrap().runner.id;
    core.app
        .run_exited(id, 1, Outcome::Code(0), Timestamp(5))
        .await
        .unwrap();
    assert!(matches!(send("x").await, Err(AppError::Operation { .. })));
    let deeds = core.mux.deeds().await;
    let is_typed = |deed: &&String| deed.contains("paste") || deed.contains("press");
    let typed: Vec<_> = deeds.iter().filter(is_typed).collect();
    assert_eq!(typed, [r#"paste %1 "a\tb\n修""#, "press %1 Enter"]);
}

#[tokio::test]
async fn a_new_name_is_free_valid_and_kept() {
    let lasting = Lasting::new();
    let core = lasting.daemon().await;
    core.new_runner(named("one")).await.unwrap();
    core.new_runner(named("two")).await.unwrap();
    let rename = |to: &str| core.app.rename("one".to_owned(), to.to_owned());
    assert!(matches!(
        rename("two").await,
        Err(AppError::DuplicateName { .. })
    ));
    assert!(matches!(rename("a b").await, Err(AppError::Name { .. })));
    rename("one").await.unwrap();
    rename("three").await.unwrap();
    lasting.crash(core).await;
    assert_eq!(lasting.daemon().await.names().await, ["three", "two"]);
}
