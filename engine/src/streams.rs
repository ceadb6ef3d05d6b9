//! Open job streams: who takes which jobs, and how many more. Volatile: an input of processing, never
//! replayed; what came of it stands in the JOB_BATCH ACTIVATED events.

use hashbrown::HashMap;
use tidemill_record::ListBuffer;
use tidemill_record::frame::StreamOpenFrame;

use crate::limits::STREAMS_MAX;

/// One open stream.
#[derive(Debug)]
pub struct JobStream {
    /// Chosen by the door, opaque.
    pub stream_id: i64,
    /// Jobs are activated for this worker.
    pub worker: String,
    /// For how long, ms.
    pub timeout: i64,
    /// Names of the variables to fetch; empty for all.
    pub fetch_variables: ListBuffer,
    /// How many more jobs may be pushed.
    credit: i64,
}

#[derive(Debug, Default)]
struct OfType {
    streams: Vec<JobStream>,
    /// Who is asked first next time.
    turn: usize,
    /// A job found no credit: jobs may wait for it to come back.
    starved: bool,
}

/// All streams of a partition.
#[derive(Debug, Default)]
pub struct JobStreams {
    by_type: HashMap<String, OfType>,
    types: HashMap<i64, String>,
    /// Streams whose credit the command at hand has spent.
    spent: Vec<i64>,
    /// Types that are starved.
    starved_count: usize,
}

impl JobStreams {
    /// Opens a stream; false when there are too many.
    pub fn open(&mut self, frame: &StreamOpenFrame<'_>) -> bool {
        self.close(frame.stream_id);
        if self.types.len() >= STREAMS_MAX {
            return false;
        }
        self.types.insert(frame.stream_id, frame.job_type.to_owned());
        let mut fetch_variables = ListBuffer::default();
        frame.fetch_variables.iter().for_each(|name| fetch_variables.push(&name));
        let of_type = self.by_type.entry(frame.job_type.to_owned()).or_default();
        of_type.streams.push(JobStream {
            stream_id: frame.stream_id,
            worker: frame.worker.to_owned(),
            timeout: frame.timeout,
            fetch_variables,
            credit: i64::from(frame.credit),
        });
        true
    }

    /// Lets more jobs be pushed; nothing for a stream that is gone.
    pub fn add_credit(&mut self, stream_id: i64, credit: i32) {
        let Some(job_type) = self.types.get(&stream_id) else { return };
        let of_type = self.by_type.get_mut(job_type).expect("a stream stands under its type");
        if let Some(stream) = of_type.streams.iter_mut().find(|stream| stream.stream_id == stream_id) {
            stream.credit = stream.credit.saturating_add(i64::from(credit.max(0)));
        }
    }

    /// Closes a stream; false when it was not open.
    pub fn close(&mut self, stream_id: i64) -> bool {
        let Some(job_type) = self.types.remove(&stream_id) else { return false };
        let of_type = self.by_type.get_mut(&job_type).expect("a stream stands under its type");
        of_type.streams.retain(|stream| stream.stream_id != stream_id);
        if of_type.streams.is_empty() {
            let gone = self.by_type.remove(&job_type).expect("just seen");
            self.starved_count -= usize::from(gone.starved);
        }
        true
    }

    /// How many streams are open.
    pub fn len(&self) -> usize {
        self.types.len()
    }

    /// Whether none is open.
    pub fn is_empty(&self) -> bool {
        self.types.is_empty()
    }

    /// The next stream in turn that takes a job of this type, its credit spent.
    pub(crate) fn take(&mut self, job_type: &str) -> Option<&JobStream> {
        let of_type = self.by_type.get_mut(job_type)?;
        let count = of_type.streams.len();
        let mut turns = (0..count).map(|step| (of_type.turn + step) % count);
        let Some(found) = turns.find(|index| of_type.streams[*index].credit > 0) else {
            self.starved_count += usize::from(!of_type.starved);
            of_type.starved = true;
            return None;
        };
        of_type.turn = (found + 1) % count;
        let stream = &mut of_type.streams[found];
        stream.credit -= 1;
        assert!(stream.credit >= 0, "credit is spent only where there is some");
        self.spent.push(stream.stream_id);
        Some(stream)
    }

    /// A type whose jobs found no credit, and whose streams have some again.
    pub(crate) fn hungry(&self) -> Option<&str> {
        if self.starved_count == 0 {
            return None;
        }
        let has_credit = |of_type: &OfType| of_type.streams.iter().any(|stream| stream.credit > 0);
        let found = self.by_type.iter().find(|(_, of_type)| of_type.starved && has_credit(of_type));
        found.map(|(job_type, _)| job_type.as_str())
    }

    /// No job of the type waits any more.
    pub(crate) fn sated(&mut self, job_type: &str) {
        if let Some(of_type) = self.by_type.get_mut(job_type).filter(|of_type| of_type.starved) {
            of_type.starved = false;
            self.starved_count -= 1;
        }
    }

    /// From here on a command may spend credit.
    pub(crate) fn command_begins(&mut self) {
        self.spent.clear();
    }

    /// Gives the credit back that the command spent: it was taken back.
    pub(crate) fn command_failed(&mut self) {
        while let Some(stream_id) = self.spent.pop() {
            self.add_credit(stream_id, 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(streams: &mut JobStreams, stream_id: i64, credit: i32) {
        assert!(streams.open(&StreamOpenFrame { stream_id, job_type: "t", credit, ..Default::default() }));
    }

    #[test]
    fn streams_take_turns_while_they_have_credit() {
        let mut streams = JobStreams::default();
        open(&mut streams, 1, 2);
        open(&mut streams, 2, 1);
        let taken: Vec<_> = (0..4).map(|_| streams.take("t").map(|stream| stream.stream_id)).collect();
        assert_eq!(taken, [Some(1), Some(2), Some(1), None]);
        streams.add_credit(2, 1);
        assert_eq!(streams.take("t").map(|stream| stream.stream_id), Some(2));
        assert!(streams.take("other").is_none());
        assert_eq!(streams.hungry(), None, "starved, but without credit");
        streams.add_credit(1, 1);
        assert_eq!(streams.hungry(), Some("t"));
        streams.sated("t");
        assert_eq!(streams.hungry(), None);
        assert!(streams.close(1) && !streams.close(1));
        assert_eq!(streams.len(), 1);
    }
}
