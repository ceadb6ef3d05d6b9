//! The B+tree against `BTreeSet`.

use super::random::Random;
use crate::table::Tree;
use std::collections::BTreeSet;

fn same(tree: &Tree<(i64, u64)>, model: &BTreeSet<(i64, u64)>, random: &mut Random, span: u64) {
    assert_eq!(tree.len(), model.len());
    assert_eq!(tree.first(), model.first().copied());
    assert!(tree.iter().eq(model.iter().copied()));
    for _ in 0..20 {
        let key = (random.below(span) as i64 - 5, random.below(3));
        assert_eq!(tree.contains(&key), model.contains(&key));
        assert_eq!(tree.first_from(&key), model.range(key..).next().copied());
        assert_eq!(tree.last_below(&key), model.range(..key).next_back().copied());
        assert!(tree.range_from(key).take(50).eq(model.range(key..).take(50).copied()));
    }
}

/// Grows and shrinks a tree; `spread` is how far apart keys lie.
fn check(seed: u64, span: u64, op_count: u64) {
    let mut random = Random::new(seed);
    let (mut tree, mut model) = (Tree::default(), BTreeSet::new());
    for op in 0..op_count {
        // Waves, so that the tree becomes deep and empty several times.
        let growing = (op * 6 / op_count).is_multiple_of(2);
        let key = (random.below(span) as i64, random.below(3));
        if random.below(10) < if growing { 8 } else { 1 } {
            assert_eq!(tree.insert(key), model.insert(key), "seed {seed} op {op}");
        } else {
            let key = tree.first_from(&key).or(tree.first()).unwrap_or(key);
            assert_eq!(tree.remove(&key), model.remove(&key), "seed {seed} op {op}");
        }
        if op % (op_count / 40) == 0 {
            same(&tree, &model, &mut random, span);
        }
    }
    same(&tree, &model, &mut random, span);
    for key in model {
        assert!(tree.remove(&key), "seed {seed}");
    }
    assert!(tree.is_empty() && tree.first().is_none());
    assert_eq!(tree.bytes().0, 0, "every node was freed");
}

#[test]
fn a_tree_is_an_ordered_set() {
    for seed in 1..12 {
        check(seed, 40, 2_000);
        check(seed, 100_000, 12_000);
    }
}

#[test]
fn rising_keys_fill_their_leaves() {
    let mut tree = Tree::default();
    (0..100_000i64).for_each(|key| assert!(tree.insert(key)));
    let per_key = tree.bytes().0 as f64 / 100_000.0;
    assert!(per_key < 16.0, "{per_key} bytes for a key of eight");
    // Due dates: the front goes, the back grows.
    for key in 0..100_000i64 {
        assert_eq!(tree.first(), Some(key));
        assert!(tree.remove(&key) && tree.insert(key + 100_000));
    }
    assert!(tree.iter().eq(100_000..200_000i64));
}
