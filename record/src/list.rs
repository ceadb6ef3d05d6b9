//! Lists inside values: encoded items behind a count and a byte length, walked without a copy.

use std::marker::PhantomData;

use crate::{Field, Input, Malformed, Out};

/// A borrowed list of encoded items.
#[derive(Clone, Copy, Debug)]
pub struct List<'a, T> {
    bytes: &'a [u8],
    count: u32,
    item: PhantomData<T>,
}

impl<T> PartialEq for List<'_, T> {
    fn eq(&self, other: &Self) -> bool {
        self.count == other.count && self.bytes == other.bytes
    }
}

impl<'a, T: Field<'a>> List<'a, T> {
    /// No items.
    pub const EMPTY: Self = Self { bytes: &[], count: 0, item: PhantomData };

    /// How many items there are.
    pub fn len(&self) -> usize {
        self.count as usize
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The items in order. They were checked when the list was taken from its bytes.
    pub fn iter(&self) -> impl Iterator<Item = T> + use<'a, T> {
        let mut input = Input::new(self.bytes);
        (0..self.count).map_while(move |_| T::take(&mut input).ok())
    }
}

impl<'a, T: Field<'a>> Field<'a> for List<'a, T> {
    const EXPECTED: &'static str = "a list";

    fn put<O: Out>(&self, out: &mut O) {
        out.put_unsigned(u64::from(self.count));
        out.put_bytes(self.bytes);
    }

    fn take(input: &mut Input<'a>) -> Result<Self, Malformed> {
        let count = u32::try_from(input.take_unsigned()?).map_err(|_| input.malformed("a list's count"))?;
        let bytes = input.take_bytes()?;
        let mut items = Input::new(bytes);
        for _ in 0..count {
            T::take(&mut items)?;
        }
        if !items.is_empty() {
            return Err(items.malformed("the end of a list"));
        }
        Ok(Self { bytes, count, item: PhantomData })
    }

    fn print(&self, out: &mut String) {
        out.push('[');
        for (index, item) in self.iter().enumerate() {
            if index > 0 {
                out.push(',');
            }
            item.print(out);
        }
        out.push(']');
    }

    fn put_json(json: &serde_json::Value, out: &mut Vec<u8>) -> bool {
        let Some(items) = json.as_array() else { return false };
        let mut bytes = Vec::new();
        let all = items.iter().all(|item| T::put_json(item, &mut bytes));
        if all {
            out.put_unsigned(items.len() as u64);
            out.put_bytes(&bytes);
        }
        all
    }
}

/// A reusable buffer in which a [`List`] is built.
#[derive(Default, Debug)]
pub struct ListBuffer {
    bytes: Vec<u8>,
    count: u32,
}

impl ListBuffer {
    /// Forgets the items and keeps the memory.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.count = 0;
    }

    /// Appends an item; all items of one list are of one type.
    pub fn push<'a, T: Field<'a>>(&mut self, item: &T) {
        item.put(&mut self.bytes);
        self.count += 1;
    }

    /// How many items there are.
    pub fn len(&self) -> usize {
        self.count as usize
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// How many bytes the items take.
    pub fn byte_count(&self) -> usize {
        self.bytes.len()
    }

    /// Takes the last items back, down to `count` items in `byte_count` bytes, as noted before.
    pub fn truncate(&mut self, count: usize, byte_count: usize) {
        assert!(count <= self.len() && byte_count <= self.bytes.len(), "cannot truncate forward");
        self.bytes.truncate(byte_count);
        self.count = count as u32;
    }

    /// The list as it stands.
    pub fn as_list<'a, T: Field<'a>>(&'a self) -> List<'a, T> {
        List { bytes: &self.bytes, count: self.count, item: PhantomData }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_pushed_is_read_back() {
        let mut buffer = ListBuffer::default();
        for name in ["a", "", "ä"] {
            buffer.push(&name);
        }
        let mut bytes = Vec::new();
        buffer.as_list::<&str>().put(&mut bytes);
        let list = List::<&str>::take(&mut Input::new(&bytes)).unwrap();
        assert_eq!(list.iter().collect::<Vec<_>>(), ["a", "", "ä"]);
        assert!(List::<&str>::take(&mut Input::new(&bytes[..3])).is_err());
    }
}
