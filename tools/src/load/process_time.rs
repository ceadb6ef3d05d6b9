//! Processor time of this process, for the tool's own cost.

use std::fs;

/// The kernel's unit of `utime` and `stime`, fixed on Linux for user space.
const TICKS_PER_SECOND: f64 = 100.0;

/// Seconds of processor time used so far, user and system; 0 where /proc is not there.
pub fn cpu_seconds() -> f64 {
    let Ok(text) = fs::read_to_string("/proc/self/stat") else { return 0.0 };
    let after_name = text.rsplit(')').next().unwrap_or_default();
    // Behind the name: state is field 3, utime 14, stime 15.
    let ticks =
        |field: usize| after_name.split_whitespace().nth(field - 3).and_then(|text| text.parse::<f64>().ok());
    (ticks(14).unwrap_or(0.0) + ticks(15).unwrap_or(0.0)) / TICKS_PER_SECOND
}

#[cfg(test)]
mod tests {
    #[test]
    fn work_costs_time() {
        let before = super::cpu_seconds();
        let begin = std::time::Instant::now();
        while begin.elapsed().as_millis() < 60 {
            std::hint::black_box(0);
        }
        assert!(super::cpu_seconds() > before);
    }
}
