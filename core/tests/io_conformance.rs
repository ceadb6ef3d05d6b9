//! One suite for each backend of `Io`: what the trait promises, all of them keep.
#![allow(clippy::print_stderr)]

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tidemill_core::io::sim::SimDisk;
use tidemill_core::io::{
    AlignedBuffer, Completion, Durability, DurableMethod, File, Io, OpenOptions, Operation, Outcome,
    PortableIo, Token, UringIo, probe,
};

struct Directory(PathBuf);

impl Directory {
    fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        Self(path)
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Runs a check on each backend.
fn on_each(name: &str, check: impl Fn(&mut dyn Io, &Path)) {
    let directory = Directory::new(name);
    let run = |io: &mut dyn Io| {
        let directory = directory.0.join(io.backend().name());
        io.files().create_directories(&directory).expect("a directory");
        check(io, &directory);
        assert_eq!(io.in_flight(), 0, "the check left operations");
    };
    run(&mut SimDisk::new(7).io(8));
    run(&mut PortableIo::new(8).expect("threads"));
    if probe().uring.is_ok() {
        run(&mut UringIo::new(8).expect("probed"));
    } else {
        eprintln!("skipped: io_uring is absent");
    }
}

fn run(io: &mut dyn Io, operation: Operation) -> Completion {
    let token = Token::new(3, 77);
    assert!(io.submit(token, operation).is_ok(), "room for one");
    let mut completions = Vec::new();
    while completions.is_empty() {
        io.wait(Some(Duration::from_secs(10)), &mut completions).expect("the backend works");
    }
    assert_eq!(completions.len(), 1);
    assert_eq!((completions[0].token, completions[0].token.tenant()), (token, 3));
    completions.pop().expect("just seen")
}

fn open(io: &mut dyn Io, path: &Path, options: OpenOptions) -> File {
    let completion = run(io, Operation::Open { path: path.to_owned(), options });
    let Ok(Outcome::Opened(file)) = completion.result else { panic!("{completion:?}") };
    file
}

fn writable() -> OpenOptions {
    OpenOptions { write: true, create: true, direct: true, ..OpenOptions::default() }
}

fn block_of(byte: u8, bytes: usize) -> Arc<AlignedBuffer> {
    let mut buffer = AlignedBuffer::new(bytes);
    buffer.fill(byte);
    Arc::new(buffer)
}

fn write(file: &File, offset: u64, buffer: &Arc<AlignedBuffer>, durability: Durability) -> Operation {
    let (file, buffer, range) = (file.clone(), Arc::clone(buffer), 0..buffer.len());
    Operation::Write { file, offset, buffer, range, durability }
}

fn read(io: &mut dyn Io, file: &File, offset: u64, length: usize) -> Vec<u8> {
    let buffer = AlignedBuffer::new(length);
    let completion = run(io, Operation::Read { file: file.clone(), offset, buffer, length });
    let Ok(Outcome::Bytes(count)) = completion.result else { panic!("{completion:?}") };
    completion.buffer.expect("a read gives its buffer back")[..count].to_vec()
}

#[test]
fn every_method_writes_what_is_read_back() {
    on_each("methods", |io, directory| {
        for (number, method) in DurableMethod::ALL.into_iter().enumerate() {
            let dsync = method == DurableMethod::OpenDsync;
            let file = open(io, &directory.join(method.name()), OpenOptions { dsync, ..writable() });
            let buffer = block_of(number as u8 + 1, 8192);
            let completion = run(io, write(&file, 4096, &buffer, Durability::Durable(method)));
            assert!(matches!(completion.result, Ok(Outcome::Bytes(8192))), "{completion:?}");
            assert_eq!(Arc::strong_count(&buffer), 1, "the backend let go of the buffer");
            let content = read(io, &file, 0, 16_384);
            assert_eq!(content.len(), 12_288, "the read ends with the file");
            assert!(content[..4096].iter().all(|byte| *byte == 0));
            assert!(content[4096..].iter().all(|byte| *byte == number as u8 + 1));
        }
    });
}

#[test]
fn part_of_a_buffer_and_registered_buffers() {
    on_each("registered", |io, directory| {
        let file = open(io, &directory.join("file"), writable());
        let mut buffer = AlignedBuffer::new(12_288);
        buffer[4096..8192].fill(9);
        let is_registered = io.register_buffer(&mut buffer);
        assert_eq!(buffer.registration().is_some(), is_registered);
        let mut buffer = Arc::new(buffer);
        let operation = Operation::Write {
            file: file.clone(),
            offset: 0,
            buffer: Arc::clone(&buffer),
            range: 4096..8192,
            durability: Durability::Durable(DurableMethod::RwfDsync),
        };
        assert!(run(io, operation).result.is_ok());
        assert_eq!(read(io, &file, 0, 4096), vec![9; 4096]);
        io.unregister_buffer(Arc::get_mut(&mut buffer).expect("nobody else holds it"));
        assert!(buffer.registration().is_none());
    });
}

#[test]
fn files_are_filled_renamed_and_removed() {
    on_each("names", |io, directory| {
        let (from, to) = (directory.join("from"), directory.join("to"));
        let file = open(io, &from, writable());
        assert!(run(io, Operation::Allocate { file: file.clone(), length: 65_536 }).result.is_ok());
        assert!(run(io, Operation::Zero { file: file.clone(), offset: 0, length: 65_536 }).result.is_ok());
        assert!(run(io, Operation::SyncData { file: file.clone() }).result.is_ok());
        assert!(run(io, Operation::Rename { from: from.clone(), to: to.clone() }).result.is_ok());
        assert!(run(io, Operation::SyncDirectory { path: directory.to_owned() }).result.is_ok());
        assert_eq!(read(io, &file, 0, 65_536), vec![0; 65_536]);
        let listed = io.files().list(directory).expect("listable");
        assert_eq!(listed.len(), 1);
        assert_eq!((listed[0].name.as_str(), listed[0].length), ("to", 65_536));
        assert!(run(io, Operation::Unlink { path: to }).result.is_ok());
        assert!(io.files().list(directory).expect("listable").is_empty());
    });
}

#[test]
fn errors_name_operation_and_file() {
    on_each("errors", |io, directory| {
        let path = directory.join("absent");
        let error = run(io, Operation::Open { path: path.clone(), options: OpenOptions::default() });
        let error = error.result.map(drop).expect_err("it is absent");
        assert!(error.is_not_found() && error.to_string().contains("absent"), "{error}");
        let error = run(io, Operation::Unlink { path }).result.map(drop).expect_err("it is absent");
        assert_eq!(error.operation, "unlink");
        let file = open(io, &directory.join("file"), OpenOptions { exclusive: true, ..writable() });
        let again = OpenOptions { exclusive: true, ..writable() };
        let path = file.path().to_owned();
        assert!(run(io, Operation::Open { path, options: again }).result.is_err());
    });
}

#[test]
fn depth_is_bounded_and_everything_completes_once() {
    on_each("depth", |io, directory| {
        let file = open(io, &directory.join("file"), writable());
        let buffer = block_of(1, 4096);
        let mut completions = Vec::new();
        let mut seen = [0; 100];
        let mut next = 0;
        while seen.iter().sum::<i32>() < 100 {
            while next < 100 {
                let method = DurableMethod::ALL[[0, 2, 3, 4][next % 4]];
                let durability =
                    if next % 5 == 0 { Durability::Volatile } else { Durability::Durable(method) };
                let operation = write(&file, next as u64 * 4096, &buffer, durability);
                match io.submit(Token(next as u64), operation) {
                    Ok(()) => next += 1,
                    Err(Operation::Write { .. }) => break,
                    Err(other) => panic!("another operation came back: {other:?}"),
                }
            }
            assert!(io.in_flight() <= io.depth_max());
            io.wait(Some(Duration::from_secs(10)), &mut completions).expect("the backend works");
            for completion in completions.drain(..) {
                assert!(completion.result.is_ok(), "{completion:?}");
                seen[completion.token.0 as usize] += 1;
            }
        }
        assert!(seen.iter().all(|count| *count == 1), "each once: {seen:?}");
        assert_eq!(Arc::strong_count(&buffer), 1);
    });
}

#[test]
fn wakers_end_the_sleep_from_any_thread() {
    on_each("wake", |io, _| {
        let mut completions = Vec::new();
        let waker = io.waker();
        for _ in 0..50 {
            let other = waker.clone();
            let thread = std::thread::spawn(move || other.wake());
            // The simulator does not sleep: join first there, so that the wake is pending.
            let is_simulated = io.backend().name() == "sim";
            let mut thread = Some(thread);
            if is_simulated {
                thread.take().expect("just made").join().expect("it wakes");
            }
            let mut woken = false;
            while !woken {
                woken = io.wait(Some(Duration::from_secs(20)), &mut completions).expect("works").woken;
            }
            if let Some(thread) = thread {
                thread.join().expect("it wakes");
            }
        }
        waker.wake();
        waker.wake();
        assert!(io.wait(None, &mut completions).expect("works").woken, "a wake before the sleep counts");
    });
}

#[test]
fn the_sleep_ends_with_its_time() {
    on_each("timeout", |io, _| {
        let mut completions = Vec::new();
        for timeout in [Duration::ZERO, Duration::from_micros(50), Duration::from_millis(2)] {
            let waited = io.wait(Some(timeout), &mut completions).expect("works");
            assert_eq!((waited.completion_count, waited.woken), (0, false));
        }
        assert_eq!(io.poll(&mut completions).expect("works").completion_count, 0);
    });
}

#[test]
fn mappings_show_the_file_and_survive_what_cannot_be_read() {
    on_each("map", |io, directory| {
        let file = open(io, &directory.join("file"), writable());
        let buffer = block_of(5, 16_384);
        assert!(
            run(io, write(&file, 0, &buffer, Durability::Durable(DurableMethod::RwfDsync))).result.is_ok()
        );
        let files = io.files();
        let mapping = files.map(&file, 16_384).expect("it can be mapped");
        assert!(mapping.iter().all(|byte| *byte == 5));
        assert_eq!(mapping.damaged(), None);
        mapping.drop_behind(8192);
        assert_eq!(mapping[0], 5, "dropped pages come back");
        if io.backend().name() != "sim" {
            // The end of the file goes away under the mapping: SIGBUS, answered with zeros.
            let whole = files.map(&file, 16_384).expect("it can be mapped");
            std::fs::OpenOptions::new()
                .write(true)
                .open(file.path())
                .and_then(|file| file.set_len(4096))
                .expect("it can be cut");
            assert_eq!(whole[0], 5);
            assert_eq!(whole[9000], 0, "an unreadable page reads as zeros");
            assert_eq!(whole.damaged(), Some(8192..12_288));
        }
    });
}
