//! The journal on real files, through io_uring and through helper threads.
#![allow(clippy::print_stderr)]

mod common;

use common::{Directory, Driver, assert_same, options, read_all, records_of};
use tidemill_core::ids::{Index, Position, Term};
use tidemill_core::io::{BackendChoice, DurableMethod, Io, open_io, probe};
use tidemill_journal::{AppendError, FlushPolicy, Journal, Options, ReadError};

/// Both backends; io_uring only where this machine allows it.
fn backends() -> Vec<Box<dyn Io>> {
    let mut backends = vec![open_io(BackendChoice::Portable, 32).expect("portable works").0];
    if probe().uring.is_ok() {
        backends.push(open_io(BackendChoice::Uring, 32).expect("probed").0);
    } else {
        eprintln!("skipped: io_uring is absent");
    }
    backends
}

fn check(name: &str, options: &Options, sizes: &[usize]) {
    for (number, mut io) in backends().into_iter().enumerate() {
        let directory = Directory::new(&format!("{name}-{number}"));
        let mut expected = Vec::new();
        for round in 1..=3u64 {
            let (journal, report) =
                Journal::open(&mut *io, &directory.0, options.clone()).expect("the journal opens");
            assert_eq!(report.last_index, expected.len() as u64, "round {round}: all entries are found");
            let mut driver = Driver::new(&mut *io, journal);
            for &bytes in sizes {
                let index = loop {
                    match driver.append(round, bytes) {
                        Ok(index) => break index.get(),
                        Err(AppendError::Full) => drop(driver.turn().expect("a turn")),
                        Err(error) => panic!("{error}"),
                    }
                };
                expected.push((index, records_of(index, bytes)));
                driver.journal.submit(driver.io, 0).expect("submit");
            }
            driver.drain().expect("all durable");
            assert_eq!(driver.journal.durable_index(), driver.journal.last_index());
            assert_same(&read_all(driver.journal.handle().reader(), 1), &expected);
            let middle = expected.len() as u64 / 2;
            let from_middle = read_all(driver.journal.handle().reader(), middle);
            assert_same(&from_middle, &expected[middle as usize - 1..]);
            while driver.turn().expect("background steps") {}
        }
    }
}

#[test]
fn survives_restarts_with_every_method_and_depth() {
    let sizes: Vec<usize> = (0..200).map(|number| number * 37 % 3000).collect();
    let methods = [
        DurableMethod::RwfDsync,
        DurableMethod::OpenDsync,
        DurableMethod::WriteThenSync,
        DurableMethod::LinkedSync,
        DurableMethod::BlockingThread,
    ];
    for (number, method) in methods.into_iter().enumerate() {
        let depth = number % 4 + 1;
        check(&format!("method-{number}"), &Options { method, depth, ..options() }, &sizes);
    }
}

#[test]
fn buffered_files_work_too() {
    check("buffered", &Options { direct: false, ..options() }, &[10, 5000, 0, 20_000, 100]);
}

#[test]
fn delayed_flush_policy_works() {
    let flush = FlushPolicy::DelayedLosesUpTo { bytes: 30_000, time_ns: 5_000_000 };
    let sizes: Vec<usize> = (0..100).map(|number| number * 97 % 2000).collect();
    check("delayed", &Options { flush, ..options() }, &sizes);
}

#[test]
fn large_entries_get_segments_that_hold_them() {
    check("large", &options(), &[100, 60_000, 200, 300_000, 1_000_000, 10]);
}

#[test]
fn default_sizes_hold_the_largest_batch() {
    let sizes = [8 * 1024 * 1024, 1, 3 * 1024 * 1024, 700_000, 700_000];
    check("default", &Options::new(common::IDENTITY, tidemill_core::io::Token::new(9, 0)), &sizes);
}

#[test]
fn too_large_an_entry_is_refused_and_taken_back() {
    let directory = Directory::new("too-large");
    let mut io = open_io(BackendChoice::Portable, 32).expect("portable works").0;
    let (journal, _) = Journal::open(&mut *io, &directory.0, options()).expect("the journal opens");
    let mut driver = Driver::new(&mut *io, journal);
    assert!(matches!(driver.append(1, 17 * 1024 * 1024), Err(AppendError::TooLarge { .. })));
    assert_eq!(driver.append_and_wait(1, 10).expect("a small one fits"), Index::FIRST);
}

#[test]
fn a_dropped_writer_leaves_no_trace() {
    let directory = Directory::new("dropped");
    let mut io = open_io(BackendChoice::Portable, 32).expect("portable works").0;
    let (journal, _) = Journal::open(&mut *io, &directory.0, options()).expect("the journal opens");
    let mut driver = Driver::new(&mut *io, journal);
    driver.append(1, 40).expect("room");
    let position = driver.journal.next_position();
    {
        let mut abandoned = driver.journal.begin_entry(Term::new(1), position).expect("room");
        abandoned.put(&[1; 50_000]);
    }
    driver.append_and_wait(1, 30).expect("durable");
    let expected: Vec<_> = [(1, 40), (2, 30)].map(|(index, bytes)| (index, records_of(index, bytes))).into();
    assert_same(&read_all(driver.journal.handle().reader(), 1), &expected);
}

#[test]
fn compaction_recycles_and_truncation_goes_on_in_a_new_segment() {
    for (number, mut io) in backends().into_iter().enumerate() {
        let directory = Directory::new(&format!("compact-{number}"));
        let (journal, _) = Journal::open(&mut *io, &directory.0, options()).expect("the journal opens");
        let mut driver = Driver::new(&mut *io, journal);
        for _ in 0..400 {
            driver.append_and_wait(1, 3000).expect("durable");
            let keep_from = driver.journal.last_index().get().saturating_sub(50);
            driver.journal.compact(Index::new(keep_from));
        }
        let first = driver.journal.first_index().get();
        assert!(first > 200, "compacted up to {first}");
        assert!(driver.journal.status().recycled_count > 3, "{:?}", driver.journal.status());
        let mut reader = driver.journal.handle().reader();
        assert!(matches!(reader.seek_index(1), Err(ReadError::Compacted { .. })));
        let entries = read_all(driver.journal.handle().reader(), first);
        assert_eq!(entries.len() as u64, 400 - first + 1);

        let mut reader = driver.journal.handle().reader();
        reader.seek_position(681).expect("position 681 is there");
        assert_eq!(reader.next().expect("readable").expect("there").header.first_position, 681);
        reader.seek_position(682).expect("position 682 is there");
        assert_eq!(reader.next().expect("readable").expect("there").header.first_position, 681);

        reader.seek_index(350).expect("there");
        let at = reader.next().expect("readable").expect("there").header;
        let place = tidemill_journal::Place {
            index: at.index,
            chain: Some(at.checksum),
            term: at.term,
            next_position: at.next_position().expect("sound"),
        };
        drop(reader);
        driver.journal.truncate_after(place);
        driver.durable = 350;
        assert_eq!(driver.journal.next_position(), Position::new(701).expect("a position"));
        driver.append_and_wait(2, 77).expect("durable");
        drop(driver);
        let (journal, report) = Journal::open(&mut *io, &directory.0, options()).expect("opens again");
        assert_eq!(report.last_index, 351);
        let entries = read_all(journal.handle().reader(), 340);
        assert_eq!(entries.len(), 12);
        assert_eq!(entries[11], (351, records_of(351, 77)));
        assert_eq!(journal.last_term(), Term::new(2));
    }
}
