//! Counters, gauges and histograms that one thread writes and another renders, without a lock between them.
//!
//! A [`Registry`] is filled while the broker starts: each part registers what it counts and keeps the handle.
//! Afterwards writing is a relaxed addition; the HTTP thread renders the text format of Prometheus from the
//! same atomics. The registry's lock is taken to register and to render, never to count.

mod render;

use crate::histogram::Histogram;
use crate::sync::CachePadded;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A number that only grows. Cheap to clone; give each shard one of its own (told apart by a label).
#[derive(Debug, Clone, Default)]
pub struct Counter(Arc<CachePadded<AtomicU64>>);

impl Counter {
    /// Counts so many.
    #[inline]
    pub fn add(&self, count: u64) {
        self.0.fetch_add(count, Ordering::Relaxed);
    }

    /// Counts one.
    #[inline]
    pub fn increment(&self) {
        self.add(1);
    }

    /// What was counted.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// A number that goes up and down.
#[derive(Debug, Clone, Default)]
pub struct Gauge(Arc<CachePadded<AtomicI64>>);

impl Gauge {
    /// It is this now.
    #[inline]
    pub fn set(&self, value: i64) {
        self.0.store(value, Ordering::Relaxed);
    }

    /// It is so much more, or less, now.
    #[inline]
    pub fn add(&self, difference: i64) {
        self.0.fetch_add(difference, Ordering::Relaxed);
    }

    /// What it is.
    pub fn get(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// All metrics of a process. Cheap to clone; all clones are the same registry.
#[derive(Debug, Clone, Default)]
pub struct Registry {
    families: Arc<Mutex<Vec<Family>>>,
}

/// Everything under one name.
#[derive(Debug)]
struct Family {
    name: String,
    help: String,
    series: Vec<Series>,
}

/// One set of labels and what is counted for it.
#[derive(Debug)]
struct Series {
    /// As between the braces of the text format, escaped.
    labels: String,
    value: Value,
}

#[derive(Debug, Clone)]
enum Value {
    Counter(Counter),
    Gauge(Gauge),
    Histogram(Arc<Histogram>),
}

/// Name and value of labels, in the order in which they are shown.
pub type Labels<'a> = &'a [(&'a str, &'a str)];

impl Registry {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    /// A counter; the same handle again for the same name and labels.
    ///
    /// # Panics
    /// When the name is not one of Prometheus's, or is registered as another kind.
    pub fn counter(&self, name: &str, help: &str, labels: Labels<'_>) -> Counter {
        match self.register(name, help, labels, || Value::Counter(Counter::default())) {
            Value::Counter(counter) => counter,
            other => panic!("{name} is registered as a {}", other.kind()),
        }
    }

    /// A gauge; as [`Registry::counter`].
    pub fn gauge(&self, name: &str, help: &str, labels: Labels<'_>) -> Gauge {
        match self.register(name, help, labels, || Value::Gauge(Gauge::default())) {
            Value::Gauge(gauge) => gauge,
            other => panic!("{name} is registered as a {}", other.kind()),
        }
    }

    /// A histogram of nanoseconds, shown in seconds (so its name ends in `_seconds`); as
    /// [`Registry::counter`].
    pub fn histogram(&self, name: &str, help: &str, labels: Labels<'_>) -> Arc<Histogram> {
        match self.register(name, help, labels, || Value::Histogram(Arc::new(Histogram::new()))) {
            Value::Histogram(histogram) => histogram,
            other => panic!("{name} is registered as a {}", other.kind()),
        }
    }

    /// Takes a series away: of a partition that has left, of a client that is gone. `false` when it is not
    /// there.
    pub fn remove(&self, name: &str, labels: Labels<'_>) -> bool {
        let labels = render::labels(labels);
        let mut families = self.lock();
        let Some(family) = families.iter_mut().find(|family| family.name == name) else { return false };
        let before = family.series.len();
        family.series.retain(|series| series.labels != labels);
        family.series.len() < before
    }

    /// Everything in the text format 0.0.4 of Prometheus, appended to `text`.
    pub fn render(&self, text: &mut String) {
        for family in self.lock().iter() {
            render::family(text, family);
        }
    }

    fn register(&self, name: &str, help: &str, labels: Labels<'_>, new: impl Fn() -> Value) -> Value {
        assert!(render::is_metric_name(name), "no metric name: {name:?}");
        let labels = render::labels(labels);
        let mut families = self.lock();
        let at = families.iter().position(|family| family.name == name).unwrap_or_else(|| {
            families.push(Family { name: name.to_owned(), help: help.to_owned(), series: Vec::new() });
            families.len() - 1
        });
        let series = &mut families[at].series;
        if let Some(known) = series.iter().find(|series| series.labels == labels) {
            return known.value.clone();
        }
        let value = series.first().map_or_else(&new, |first| first.value.another());
        series.push(Series { labels, value: value.clone() });
        value
    }

    /// A panic of another thread ends the process anyway; a test that goes on may read what is there.
    fn lock(&self) -> MutexGuard<'_, Vec<Family>> {
        self.families.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Value {
    fn kind(&self) -> &'static str {
        match self {
            Self::Counter(_) => "counter",
            Self::Gauge(_) => "gauge",
            Self::Histogram(_) => "histogram",
        }
    }

    /// A fresh one of the same kind: a family has one kind, so asking for another one is found by the caller.
    fn another(&self) -> Self {
        match self {
            Self::Counter(_) => Self::Counter(Counter::default()),
            Self::Gauge(_) => Self::Gauge(Gauge::default()),
            Self::Histogram(_) => Self::Histogram(Arc::new(Histogram::new())),
        }
    }
}

#[cfg(test)]
mod tests;
