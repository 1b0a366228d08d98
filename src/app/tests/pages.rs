//! Pages of a log in both directions: each entry once, wherever one begins, and searching backwards.

use super::*;
use crate::domain::log::LogEntry;
use crate::domain::transcript::Position;

type Disk = Arc<MemoryTranscripts>;

/// A runner that printed lines of all lengths, with marks between them, of which several share a place.
async fn printed(disk: &Disk) -> Core {
    let core = Core::recording(
        FakeMux::new(),
        Arc::default(),
        disk.clone(),
        Settings::default(),
    );
    let now = core.new_runner(named("one")).await.unwrap();
    let pane = pane_of(&core, &now).await;
    let mut count = 0;
    for from in (0..4000_u32).step_by(100) {
        let lines: String = (from..from + 100)
            .map(|n| format!("line {n} {}\r\n", "x".repeat(n as usize % 151)))
            .collect();
        core.mux.print(pane, &lines).await;
        count += 100;
        core.until_seq(count).await;
        for mark in 0..3 {
            let text = format!("mark {from} {mark}");
            core.app.mark("one".to_owned(), &text).await.unwrap();
            count += 1;
        }
    }
    core.until_seq(count).await;
    core
}

async fn ask(core: &Core, query: LogQuery) -> Vec<LogEntry> {
    core.app.logs("one".to_owned(), query).await.unwrap()
}

fn texts(entries: &[LogEntry]) -> Vec<String> {
    entries.iter().map(|entry| entry.text.to_string()).collect()
}

async fn forwards(core: &Core, limit: usize) -> Vec<LogEntry> {
    let mut all: Vec<LogEntry> = Vec::new();
    loop {
        let query = LogQuery {
            from: all.last().map(|last| last.place),
            oldest: true,
            ..LogQuery::newest(limit)
        };
        let page = ask(core, query).await;
        if page.is_empty() {
            return all;
        }
        all.extend(page);
    }
}

async fn backwards(core: &Core, grep: Option<&str>, limit: usize) -> Vec<LogEntry> {
    let mut all: Vec<LogEntry> = Vec::new();
    loop {
        let query = LogQuery {
            before: all.first().map(|first| first.place),
            grep: grep.map(|grep| regex::Regex::new(grep).unwrap()),
            whole: true,
            ..LogQuery::newest(limit)
        };
        let mut page = ask(core, query).await;
        if page.is_empty() {
            return all;
        }
        page.append(&mut all);
        all = page;
    }
}

#[tokio::test]
async fn pages_in_both_directions_have_each_entry_once() {
    let core = printed(&Disk::default()).await;
    let all = forwards(&core, 1000).await;
    assert_eq!(all.len(), 4000 + 40 * 3);
    for limit in [41, 90, 1000, 3000] {
        assert_eq!(texts(&backwards(&core, None, limit).await), texts(&all));
    }
    assert_eq!(texts(&forwards(&core, 77).await), texts(&all));
}

#[tokio::test]
async fn a_search_backwards_finds_the_newest_first_and_all_of_them() {
    let core = printed(&Disk::default()).await;
    let wanted: Vec<String> = (0..4000)
        .step_by(100)
        .flat_map(|n| (0..3).map(move |mark| format!("Mark: mark {n} {mark}")))
        .collect();
    for limit in [1, 7, 500] {
        assert_eq!(texts(&backwards(&core, Some("^Mark"), limit).await), wanted);
    }
    assert_eq!(
        texts(&backwards(&core, Some("^line 17 "), 1).await).len(),
        1
    );
    assert!(backwards(&core, Some("nowhere"), 1).await.is_empty());
}

#[tokio::test]
async fn a_page_between_two_places_and_the_oldest_since_a_time() {
    let core = printed(&Disk::default()).await;
    let all = forwards(&core, 5000).await;
    let place = |at: usize| all.get(at).map(|entry| entry.place);
    let query = LogQuery {
        from: place(10),
        before: place(20),
        ..LogQuery::newest(4)
    };
    assert_eq!(texts(&ask(&core, query).await), texts(&all[16..20]));
    let query = LogQuery {
        before: Some(Position::default()),
        ..LogQuery::newest(4)
    };
    assert!(ask(&core, query).await.is_empty());
    let query = LogQuery {
        since: Some(all[0].at),
        oldest: true,
        ..LogQuery::newest(4)
    };
    assert_eq!(texts(&ask(&core, query).await), texts(&all[..4]));
}
