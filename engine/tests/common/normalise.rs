//! Record streams made comparable: keys relative to the first one, positions to the first record, points in time as
//! offsets. The same rules as `tests/records/normalise.py`, by which the golden streams were written.

use serde_json::{Map, Value};
use std::collections::HashMap;

const PARTITION_SHIFT: u32 = 51;
/// The key that scenarios use for "there is no such thing".
pub const UNKNOWN_KEY: i64 = (1 << PARTITION_SHIFT) + (1 << 40);
const TIME_FIELDS: [&str; 5] = ["deadline", "dueDate", "timestamp", "recurringTime", "timestampMs"];
const TIME_GRAIN_MS: i64 = 500;

pub fn is_key(number: i64) -> bool {
    (1..=1000).contains(&(number >> PARTITION_SHIFT))
}

#[derive(Default)]
pub struct Normaliser {
    key_base: i64,
    position_base: i64,
    times: HashMap<i64, String>,
    due_dates: HashMap<(i64, String), i64>,
}

impl Normaliser {
    pub fn new(key_base: i64, position_base: i64) -> Self {
        Self { key_base, position_base, ..Self::default() }
    }

    fn key(&self, number: i64) -> String {
        if number == UNKNOWN_KEY {
            return "K-unknown".to_owned();
        }
        format!("K{}", number - self.key_base)
    }

    /// Keys within a text.
    fn text(&self, text: &str) -> String {
        let (mut out, mut digits) = (String::new(), String::new());
        for letter in text.chars().chain(['\0']) {
            if letter.is_ascii_digit() {
                digits.push(letter);
                continue;
            }
            match digits.parse::<i64>() {
                Ok(number) if (16..=19).contains(&digits.len()) && is_key(number) => out += &self.key(number),
                _ => out += &digits,
            }
            digits.clear();
            out.push(letter);
        }
        out.pop();
        out
    }

    fn time(&mut self, value: i64, now: i64) -> Value {
        let offset = ((value - now) as f64 / TIME_GRAIN_MS as f64).round() as i64 * TIME_GRAIN_MS;
        self.times.entry(value).or_insert_with(|| format!("T{offset:+}")).clone().into()
    }

    /// A timer that repeats is due relative to its previous due date.
    fn due_date(&mut self, timer: &Map<String, Value>, due: i64, now: i64) -> Value {
        let target = timer["targetElementId"].as_str().unwrap_or_default().to_owned();
        let place = (timer["elementInstanceKey"].as_i64().unwrap_or(-1), target);
        if let Some(previous) = self.due_dates.insert(place, due).filter(|previous| due > *previous) {
            let named = format!("{}{:+}", self.times[&previous], due - previous);
            self.times.entry(due).or_insert(named);
        }
        self.time(due, now)
    }

    fn value(&mut self, name: &str, value: &Value, now: i64) -> Value {
        match value {
            Value::Object(fields) => {
                let due = fields.get("dueDate").and_then(Value::as_i64).filter(|due| *due > 0);
                let due = due.filter(|_| fields.contains_key("targetElementId"));
                let mut out: Map<String, Value> =
                    fields.iter().map(|(name, value)| (name.clone(), self.value(name, value, now))).collect();
                if let Some(due) = due {
                    out.insert("dueDate".to_owned(), self.due_date(fields, due, now));
                }
                Value::Object(out)
            }
            Value::Array(items) => items.iter().map(|item| self.value(name, item, now)).collect(),
            Value::String(text) if name == "resource" => {
                format!("sha256:{}", super::golden::fingerprint(text)).into()
            }
            Value::String(text) => self.text(text).into(),
            Value::Number(number) => match number.as_i64() {
                // A timer's due date is named with its timer, see above.
                Some(_) if name == "dueDate" => value.clone(),
                Some(time) if TIME_FIELDS.contains(&name) && time > 100_000_000_000 => self.time(time, now),
                Some(key) if is_key(key) => self.key(key).into(),
                _ => value.clone(),
            },
            _ => value.clone(),
        }
    }

    pub fn record(&mut self, record: &Value) -> Value {
        let now = record["timestamp"].as_i64().expect("a record has a timestamp");
        let mut line = Map::from_iter([("kind".to_owned(), Value::from("record"))]);
        for (name, value) in record.as_object().expect("a record is an object") {
            let value = match name.as_str() {
                "timestamp" | "brokerVersion" => continue,
                "position" | "sourceRecordPosition" => match value.as_i64().expect("a position") {
                    -1 => Value::from(-1),
                    position => Value::from(position - self.position_base),
                },
                _ => self.value(name, value, now),
            };
            line.insert(name.clone(), value);
        }
        Value::Object(line)
    }
}

/// Golden JSON with its keys absolute again.
pub fn absolute(value: &Value, key_base: i64) -> Value {
    match value {
        Value::Object(fields) => {
            fields.iter().map(|(name, value)| (name.clone(), absolute(value, key_base))).collect()
        }
        Value::Array(items) => items.iter().map(|item| absolute(item, key_base)).collect(),
        Value::String(text) if text == "K-unknown" => UNKNOWN_KEY.into(),
        Value::String(text) => match text.strip_prefix('K').and_then(|number| number.parse::<i64>().ok()) {
            Some(number) => (key_base + number).into(),
            None => value.clone(),
        },
        _ => value.clone(),
    }
}
