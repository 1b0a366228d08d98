//! What every table of usage keeps, whether real or fake.

use crate::domain::ids::Pid;
use crate::ports::usage::UsageTable;

/// Checks a table in which `root` is there, and lives on.
pub(crate) async fn check(table: &dyn UsageTable, root: Pid) {
    let nobody = Pid::new(i32::MAX).unwrap();
    let first = table.read(vec![root, nobody]).await.unwrap();
    assert_eq!(first.keys().collect::<Vec<_>>(), [&root], "who is there");
    let second = table.read(vec![root]).await.unwrap();
    let of_root = |trees: &std::collections::BTreeMap<Pid, Vec<_>>| {
        let mut tree = trees[&root].iter();
        *tree
            .find(|one: &&crate::domain::usage::ProcessUsage| one.pid == root)
            .unwrap()
    };
    let (then, now) = (of_root(&first), of_root(&second));
    assert_eq!((then.started, then.parent), (now.started, now.parent));
    assert!(then.memory > 0);
    assert!(then.cpu <= now.cpu, "a sum never falls");
    assert!(table.read(Vec::new()).await.unwrap().is_empty());
}
