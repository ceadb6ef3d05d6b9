//! Damage on the simulated disk: detected, told apart from a torn tail, reported exactly, never dropped.

mod common;

use std::path::{Path, PathBuf};

use common::{Driver, options, read_all, records_of};
use tidemill_core::exit::ExitCode;
use tidemill_core::io::Io;
use tidemill_core::io::sim::{Fault, SimDisk, SimIo};
use tidemill_journal::{DamageCause, DamagedRange, Journal, OpenError, Options, ReadError, RecoveryReport};

const DIRECTORY: &str = "/data";

fn open(disk: &SimDisk, options: &Options) -> Result<(SimIo, Journal, RecoveryReport), OpenError> {
    let mut io = disk.io(16);
    let (journal, report) = Journal::open(&mut io, Path::new(DIRECTORY), options.clone())?;
    Ok((io, journal, report))
}

/// A log of `count` entries of 100 bytes, each in a block of its own, in the first segment from byte 4096 on.
fn log_of(count: u64) -> SimDisk {
    let disk = SimDisk::new(1);
    let (mut io, journal, _) = open(&disk, &options()).expect("an empty disk");
    let mut driver = Driver::new(&mut io, journal);
    for _ in 0..count {
        driver.append_and_wait(1, 100).expect("durable");
    }
    disk
}

fn first_segment() -> PathBuf {
    Path::new(DIRECTORY).join("0000000000000001.segment")
}

fn block(index: u64) -> usize {
    4096 * index as usize
}

fn damage_of(disk: &SimDisk) -> Vec<DamagedRange> {
    match open(disk, &options()) {
        Err(OpenError::Damaged { damaged, .. }) => damaged,
        Err(error) => panic!("{error}"),
        Ok((_, _, report)) => panic!("opened: {report}"),
    }
}

fn check_damage(disk: &SimDisk, blocks: std::ops::RangeInclusive<u64>, cause: DamageCause) {
    let before: Vec<_> = disk.paths().iter().map(|path| disk.content(path)).collect();
    let damaged = damage_of(disk);
    assert_eq!(damaged.len(), 1, "{damaged:?}");
    let range = &damaged[0];
    assert_eq!((range.first_index, range.last_index), (*blocks.start(), *blocks.end()), "{range}");
    assert_eq!(range.cause, cause, "{range}");
    assert_eq!(range.offset as usize, block(*blocks.start()), "{range}");
    assert_eq!(range.bytes as usize, 4096 * blocks.count(), "{range}");
    let after: Vec<_> = disk.paths().iter().map(|path| disk.content(path)).collect();
    assert!(before == after, "a refused start changes nothing");
}

#[test]
fn bit_rot_in_a_record_is_damage() {
    let disk = log_of(8);
    disk.corrupt(&first_segment(), block(4) + 96 + 64 + 50, 0x10);
    check_damage(&disk, 4..=4, DamageCause::Checksum);
}

#[test]
fn bit_rot_in_every_byte_of_a_block_is_damage_or_in_the_padding() {
    for offset in (0..96 + 64 + 100).step_by(3) {
        let disk = log_of(5);
        disk.corrupt(&first_segment(), block(3) + offset, 1 << (offset % 8));
        let damaged = damage_of(&disk);
        assert_eq!((damaged[0].first_index, damaged[0].last_index), (3, 3), "byte {offset}: {damaged:?}");
    }
}

#[test]
fn bit_rot_in_the_segment_header_is_damage() {
    let disk = log_of(3);
    disk.corrupt(&first_segment(), 50, 1);
    assert_eq!(damage_of(&disk)[0].cause, DamageCause::SegmentHeader);
}

#[test]
fn lost_sectors_are_damage() {
    let disk = log_of(9);
    disk.make_unreadable(&first_segment(), block(5)..block(7));
    check_damage(&disk, 5..=6, DamageCause::Unreadable);
}

#[test]
fn a_lost_write_is_damage_and_not_the_end() {
    let disk = log_of(9);
    disk.overwrite(&first_segment(), block(6), &[0; 4096]);
    check_damage(&disk, 6..=6, DamageCause::Missing);
}

/// Runs eight entries with a fault in the `number`th durable write.
fn log_with_fault(number: u64, fault: Fault) -> SimDisk {
    let disk = SimDisk::new(1);
    let (mut io, journal, _) = open(&disk, &options()).expect("an empty disk");
    let mut driver = Driver::new(&mut io, journal);
    while driver.turn().expect("the spare is prepared") {}
    for entry in 1..=8 {
        if entry == number {
            disk.inject(disk.index(), fault);
        }
        driver.append_and_wait(1, 100).expect("acknowledged");
    }
    disk
}

#[test]
fn an_injected_lost_write_is_detected() {
    check_damage(&log_with_fault(4, Fault::Lost), 4..=4, DamageCause::Missing);
}

#[test]
fn an_injected_bit_rot_is_detected_or_hit_the_padding() {
    let disk = log_with_fault(4, Fault::BitRot);
    if let Err(OpenError::Damaged { damaged, .. }) = open(&disk, &options()).map(drop) {
        assert_eq!((damaged[0].first_index, damaged[0].last_index), (4, 4));
    }
}

#[test]
fn a_misdirected_write_is_detected_at_both_places() {
    // Block 6 goes over block 4: 6 is missing, and where 4 should be lies a block that belongs elsewhere.
    let damaged = damage_of(&log_with_fault(6, Fault::Misdirected(-2 * 4096)));
    let found: Vec<_> =
        damaged.iter().map(|range| (range.first_index, range.last_index, range.cause)).collect();
    assert_eq!(found, [(4, 4, DamageCause::Misdirected), (6, 6, DamageCause::Missing)]);
}

#[test]
fn the_very_last_write_is_reported_as_maybe_acknowledged() {
    let disk = log_of(5);
    disk.corrupt(&first_segment(), block(5) + 200, 1);
    let (_, journal, report) = open(&disk, &options()).expect("a torn tail is no damage");
    assert_eq!((report.last_index, report.watermark), (4, 4));
    assert_eq!(report.maybe_acknowledged, Some((5, 5)), "{report}");
    assert_eq!(report.torn_bytes, 4096);
    assert_eq!(read_all(journal.handle().reader(), 1).len(), 4);
}

#[test]
fn a_dropped_tail_stays_dropped() {
    let disk = log_of(5);
    disk.corrupt(&first_segment(), block(5) + 200, 1);
    let (mut io, journal, _) = open(&disk, &options()).expect("a torn tail is no damage");
    let mut driver = Driver::new(&mut io, journal);
    driver.append_and_wait(2, 33).expect("durable");
    // The old block 5 heals by itself: it is dead all the same.
    disk.corrupt(&first_segment(), block(5) + 200, 1);
    let (_, journal, report) = open(&disk, &options()).expect("opens");
    assert_eq!(report.last_index, 5);
    let entries = read_all(journal.handle().reader(), 1);
    assert_eq!(entries[4], (5, records_of(5, 33)));
}

#[test]
fn blocks_of_a_former_life_are_told_apart() {
    let disk = SimDisk::new(3);
    let mut options = options();
    options.segment_bytes_min = 32 * 1024;
    options.segment_bytes_max = 32 * 1024;
    let (mut io, journal, _) = open(&disk, &options).expect("an empty disk");
    let mut driver = Driver::new(&mut io, journal);
    for _ in 0..60 {
        driver.append_and_wait(1, 3000).expect("durable");
        driver.journal.compact(driver.journal.durable_index());
    }
    assert!(driver.journal.status().recycled_count > 3);
    // The newest segment is recycled: behind its last block lie intact blocks with old generations.
    let newest = disk.paths().into_iter().filter(|path| path.extension().is_some_and(|e| e == "segment"));
    let stale = newest.map(|path| disk.content(&path).expect("listed")).any(|content| {
        let blocks: Vec<_> =
            content.chunks(4096).skip(1).filter(|block| block.starts_with(b"TMBK")).collect();
        blocks.windows(2).any(|pair| pair[0][16..24] != pair[1][16..24])
    });
    assert!(stale, "no segment holds blocks of two lives: the test tests nothing");
    let (_, journal, report) = open(&disk, &options).expect("old blocks are no damage");
    assert_eq!((report.last_index, report.torn_bytes), (60, 0), "{report}");
    let first = journal.first_index().get();
    assert_eq!(read_all(journal.handle().reader(), first).len() as u64, 61 - first);
}

#[test]
fn a_missing_segment_is_damage() {
    let disk = SimDisk::new(1);
    let (mut io, journal, _) = open(&disk, &options()).expect("an empty disk");
    let mut driver = Driver::new(&mut io, journal);
    for _ in 0..60 {
        driver.append_and_wait(1, 3000).expect("durable");
    }
    drop(driver);
    let second = Path::new(DIRECTORY).join("0000000000000002.segment");
    disk.files().unlink(&second).expect("it is there");
    let damaged = damage_of(&disk);
    assert_eq!((damaged[0].first_index, damaged[0].cause), (16, DamageCause::Missing), "{damaged:?}");
}

#[test]
fn a_foreign_segment_is_refused() {
    let disk = log_of(2);
    let mut options = options();
    options.identity.partition = 99;
    let error = open(&disk, &options).map(drop).expect_err("it belongs to partition 3");
    assert!(matches!(error, OpenError::ForeignSegment { partition: 3, .. }), "{error}");
    assert_eq!(error.exit_code(), ExitCode::DataDirectory);
}

#[test]
fn failed_operations_are_fatal_with_a_code_of_their_own() {
    let cases = [
        (Fault::Error(libc_numbers::EIO), ExitCode::IoFailure),
        (Fault::Error(libc_numbers::ENOSPC), ExitCode::DiskFull),
        (Fault::ShortWrite, ExitCode::IoFailure),
    ];
    for (fault, code) in cases {
        // Whatever operation it hits, appending ends in the fatal error or before it.
        for operation in 0..60 {
            let disk = SimDisk::new(5);
            let (mut io, mut journal, _) = open(&disk, &options()).expect("an empty disk");
            let at = disk.index() + operation;
            disk.inject(at, fault);
            let mut completions = Vec::new();
            let mut fatal = None;
            for _ in 0..40 {
                let position = journal.next_position();
                if let Ok(writer) = journal.begin_entry(tidemill_core::ids::Term::new(1), position) {
                    writer.finish(1).expect("small");
                }
                journal.submit(&mut io, 0).expect("submits");
                if io.in_flight() == 0 {
                    break;
                }
                io.wait(None, &mut completions).expect("no crash here");
                for completion in completions.drain(..) {
                    if let Err(error) = journal.on_completion(&mut io, completion) {
                        fatal = fatal.or(Some(error));
                    }
                }
            }
            if let Some(error) = fatal {
                assert_eq!(error.exit_code(), code, "{error}");
                assert!(error.to_string().contains(DIRECTORY), "names the file: {error}");
            } else {
                let concerns_all = matches!(fault, Fault::Error(_));
                let was_reached = disk.index() > at;
                assert!(!concerns_all || !was_reached, "operation {operation} swallowed {fault:?}");
            }
        }
    }
}

#[test]
fn a_reader_reports_damage_of_a_sealed_segment() {
    let disk = SimDisk::new(1);
    let (mut io, journal, _) = open(&disk, &options()).expect("an empty disk");
    let mut driver = Driver::new(&mut io, journal);
    for _ in 0..60 {
        driver.append_and_wait(1, 3000).expect("durable");
    }
    disk.corrupt(&first_segment(), block(4) + 500, 2);
    let mut reader = driver.journal.handle().reader();
    for _ in 1..4 {
        assert!(reader.next().expect("undamaged").is_some());
    }
    let error = reader.next().map(drop).expect_err("entry 4 is damaged");
    let ReadError::Damaged(range) = error else { panic!("{error}") };
    assert_eq!((range.first_index, range.segment), (4, first_segment()));
}

/// Numbers of Linux, so that the test needs no dependency for them.
mod libc_numbers {
    pub const EIO: i32 = 5;
    pub const ENOSPC: i32 = 28;
}
