//! Several partitions and what they send to each other, over a network that loses and doubles.

use super::harness::{Cause, Given, Harness};
use super::random::Random;
use tidemill_engine::{Command, EngineConfig};
use tidemill_record::RecordView;

pub struct Cluster {
    pub partitions: Vec<Harness>,
    pub random: Random,
    /// How many of a hundred commands are lost, and how many come twice.
    pub lost_percent: u64,
    pub doubled_percent: u64,
}

impl Cluster {
    pub fn new(partition_count: u32, seed: u64) -> Self {
        let partitions =
            (1..=partition_count).map(|id| Harness::with(EngineConfig::new(id, partition_count)));
        Self {
            partitions: partitions.collect(),
            random: Random::new(seed),
            lost_percent: 0,
            doubled_percent: 0,
        }
    }

    /// The partition of a correlation key, as gateways find it.
    pub fn of_correlation_key(&mut self, correlation_key: &str) -> &mut Harness {
        let hash = correlation_key
            .bytes()
            .fold(0i32, |hash, byte| hash.wrapping_mul(31).wrapping_add(byte as i8 as i32));
        let index = (hash % self.partitions.len() as i32).unsigned_abs() as usize;
        &mut self.partitions[index]
    }

    /// Brings commands to their partitions until none is under way, in any order.
    pub fn deliver(&mut self) {
        for _ in 0..100_000 {
            let mut under_way: Vec<(i32, Vec<u8>)> = self
                .partitions
                .iter_mut()
                .flat_map(|partition| std::mem::take(&mut partition.sent))
                .collect();
            if under_way.is_empty() {
                return;
            }
            while !under_way.is_empty() {
                let next = under_way.swap_remove(self.random.below(under_way.len() as u64) as usize);
                let chance = self.random.below(100);
                let times = match chance {
                    chance if chance < self.lost_percent => 0,
                    chance if chance < self.lost_percent + self.doubled_percent => 2,
                    _ => 1,
                };
                (0..times).for_each(|_| self.bring(&next));
            }
        }
        panic!("partitions never stop talking");
    }

    fn bring(&mut self, (partition_id, record): &(i32, Vec<u8>)) {
        let (record, _) = RecordView::read(record).expect("a whole record");
        let command = Command::from_record(&record);
        let given = Given {
            value_type: command.value_type,
            intent: command.intent,
            key: command.key,
            request_id: command.request_id,
            value: command.value.to_vec(),
        };
        let partition = &mut self.partitions[*partition_id as usize - 1];
        partition.run(Cause::Command(given));
        partition.drain();
    }

    /// Lets time pass everywhere, a second at a time.
    pub fn wait(&mut self, seconds: u32) {
        for _ in 0..seconds {
            self.partitions.iter_mut().for_each(|partition| drop(partition.wait(1_000)));
            self.deliver();
        }
    }

    pub fn check_replay(&self) {
        self.partitions.iter().for_each(Harness::check_replay);
    }
}
