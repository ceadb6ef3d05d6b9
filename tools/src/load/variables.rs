//! The variables of an instance: the user's object with a unique `bench_id` in front.

use super::LoadError;

/// Text to which only the number is added for each instance.
#[derive(Clone, Debug)]
pub struct Variables {
    /// Unique over runs, so that instances of an earlier run do not answer to messages of this one.
    prefix: String,
    /// The rest of the object, with its closing brace.
    rest: String,
}

impl Variables {
    /// Reads the options' file, or takes an empty object.
    ///
    /// # Errors
    /// The file is not readable or no JSON object.
    pub fn new(file: Option<&std::path::Path>, run: u64) -> Result<Self, LoadError> {
        let rest = match file {
            None => "}".to_owned(),
            Some(path) => {
                let unusable = |message: String| LoadError::File { path: path.to_path_buf(), message };
                let text = std::fs::read_to_string(path).map_err(|error| unusable(error.to_string()))?;
                let object: serde_json::Map<_, _> =
                    serde_json::from_str(&text).map_err(|error| unusable(error.to_string()))?;
                let text = serde_json::Value::Object(object).to_string();
                if text == "{}" { "}".to_owned() } else { format!(",{}", &text[1..]) }
            }
        };
        Ok(Self { prefix: format!("{{\"bench_id\":\"{run:x}-"), rest })
    }

    /// The JSON of instance `number`.
    pub fn of(&self, number: u64) -> String {
        let mut text = String::with_capacity(self.prefix.len() + self.rest.len() + 21);
        text.push_str(&self.prefix);
        text.push_str(&number.to_string());
        text.push('"');
        text.push_str(&self.rest);
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_comes_first() {
        assert_eq!(Variables::new(None, 255).unwrap().of(7), "{\"bench_id\":\"ff-7\"}");
        let path = std::env::temp_dir().join(format!("tidemill-variables-{}.json", std::process::id()));
        std::fs::write(&path, "{\"a\": [1, 2]}").unwrap();
        assert_eq!(Variables::new(Some(&path), 1).unwrap().of(0), "{\"bench_id\":\"1-0\",\"a\":[1,2]}");
        std::fs::write(&path, "[1]").unwrap();
        assert!(Variables::new(Some(&path), 1).is_err());
        std::fs::remove_file(&path).unwrap();
    }
}
