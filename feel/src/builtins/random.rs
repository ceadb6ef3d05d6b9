//! Numbers that look random but follow from the seed of the environment.

/// A generator of the SplitMix64 family (Steele, Lea, Flood 2014).
#[derive(Debug)]
pub(crate) struct RandomState(u64);

impl RandomState {
    pub fn new(seed: u64) -> RandomState {
        RandomState(seed)
    }

    pub fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 to below 1.
    pub fn next_fraction(&mut self) -> f64 {
        (self.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }
}
