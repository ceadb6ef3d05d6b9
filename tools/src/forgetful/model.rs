//! Files and folders with a memory of their last flush.
//!
//! Rules: `fsync` of a file makes its content durable; `fsync` of a folder makes its names durable (created,
//! renamed and
//! removed ones). [`Disk::forget`] goes back to what is durable. A file whose name is not durable is lost whole.

use std::collections::BTreeMap;

/// A place for a node; the root is the first.
pub type NodeId = u64;
/// The root folder.
pub const ROOT: NodeId = 1;

/// What went wrong, as an errno.
pub type Refused = i32;
/// No such name or node.
pub const ENOENT: Refused = 2;
/// The name exists.
pub const EEXIST: Refused = 17;
/// No room left.
pub const ENOSPC: Refused = 28;
/// The folder is not empty.
pub const ENOTEMPTY: Refused = 39;

/// A change of a file's content, the way back.
#[derive(Debug)]
struct Overwritten {
    offset: usize,
    before: Vec<u8>,
    length_before: usize,
}

/// A file or folder.
#[derive(Debug)]
pub enum Node {
    /// A folder: names now, names at its last flush.
    Folder(BTreeMap<String, NodeId>, BTreeMap<String, NodeId>),
    /// A file.
    File(Content),
}

/// A file's bytes and the way back to its last flush.
#[derive(Debug, Default)]
pub struct Content {
    /// What readers see.
    pub bytes: Vec<u8>,
    unflushed: Vec<Overwritten>,
}

/// What was forgotten.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Forgotten {
    /// Unflushed writes taken back.
    pub writes: usize,
    /// Unflushed changes of names taken back.
    pub names: usize,
}

/// The whole filesystem.
#[derive(Debug)]
pub struct Disk {
    nodes: BTreeMap<NodeId, Node>,
    next: NodeId,
    bytes_max: usize,
}

impl Content {
    fn change(&mut self, offset: usize, data: &[u8], length: usize) {
        let end = (offset + data.len()).min(self.bytes.len());
        let before = self.bytes.get(offset..end).unwrap_or_default().to_vec();
        self.unflushed.push(Overwritten { offset, before, length_before: self.bytes.len() });
        self.bytes.resize(length, 0);
        self.bytes[offset..offset + data.len()].copy_from_slice(data);
    }

    fn forget(&mut self) -> usize {
        let count = self.unflushed.len();
        while let Some(change) = self.unflushed.pop() {
            self.bytes.resize(change.length_before, 0);
            self.bytes[change.offset..change.offset + change.before.len()].copy_from_slice(&change.before);
        }
        count
    }
}

impl Disk {
    /// An empty filesystem that holds up to `bytes_max`.
    pub fn new(bytes_max: usize) -> Self {
        let root = Node::Folder(BTreeMap::new(), BTreeMap::new());
        Self { nodes: BTreeMap::from([(ROOT, root)]), next: ROOT + 1, bytes_max }
    }

    /// Bytes of all files, and the most there may be.
    pub fn usage(&self) -> (usize, usize) {
        let used = self.nodes.values().map(|node| match node {
            Node::File(content) => content.bytes.len(),
            Node::Folder(..) => 0,
        });
        (used.sum(), self.bytes_max)
    }

    /// The node.
    pub fn node(&self, id: NodeId) -> Result<&Node, Refused> {
        self.nodes.get(&id).ok_or(ENOENT)
    }

    fn names(&mut self, folder: NodeId) -> Result<&mut BTreeMap<String, NodeId>, Refused> {
        match self.nodes.get_mut(&folder) {
            Some(Node::Folder(names, _)) => Ok(names),
            _ => Err(ENOENT),
        }
    }

    fn content(&mut self, file: NodeId) -> Result<&mut Content, Refused> {
        match self.nodes.get_mut(&file) {
            Some(Node::File(content)) => Ok(content),
            _ => Err(ENOENT),
        }
    }

    /// The node under a name.
    pub fn lookup(&mut self, folder: NodeId, name: &str) -> Result<NodeId, Refused> {
        self.names(folder)?.get(name).copied().ok_or(ENOENT)
    }

    /// A new file or folder.
    pub fn create(&mut self, folder: NodeId, name: &str, is_folder: bool) -> Result<NodeId, Refused> {
        let id = self.next;
        let names = self.names(folder)?;
        if names.contains_key(name) {
            return Err(EEXIST);
        }
        names.insert(name.to_owned(), id);
        let node = if is_folder {
            Node::Folder(BTreeMap::new(), BTreeMap::new())
        } else {
            Node::File(Content::default())
        };
        self.nodes.insert(id, node);
        self.next += 1;
        Ok(id)
    }

    /// Removes a name; the node stays, for those who have it open and for forgetting.
    pub fn remove(&mut self, folder: NodeId, name: &str) -> Result<(), Refused> {
        let id = self.lookup(folder, name)?;
        if matches!(self.node(id)?, Node::Folder(names, _) if !names.is_empty()) {
            return Err(ENOTEMPTY);
        }
        self.names(folder)?.remove(name);
        Ok(())
    }

    /// Moves a name, over another one if there is one.
    pub fn rename(&mut self, from: (NodeId, &str), to: (NodeId, &str)) -> Result<(), Refused> {
        let id = self.lookup(from.0, from.1)?;
        self.names(to.0)?.insert(to.1.to_owned(), id);
        if from != to {
            self.names(from.0)?.remove(from.1);
        }
        Ok(())
    }

    /// Writes; durable only after [`Self::flush`].
    pub fn write(&mut self, file: NodeId, offset: usize, data: &[u8]) -> Result<(), Refused> {
        let (used, most) = self.usage();
        let content = self.content(file)?;
        let length = content.bytes.len().max(offset + data.len());
        if used + length - content.bytes.len() > most {
            return Err(ENOSPC);
        }
        content.change(offset, data, length);
        Ok(())
    }

    /// Cuts or extends with zeros.
    pub fn resize(&mut self, file: NodeId, length: usize) -> Result<(), Refused> {
        let (used, most) = self.usage();
        let content = self.content(file)?;
        if used.saturating_sub(content.bytes.len()) + length > most {
            return Err(ENOSPC);
        }
        let now = content.bytes.len();
        if length < now {
            let before = content.bytes[length..].to_vec();
            content.unflushed.push(Overwritten { offset: length, before, length_before: now });
            content.bytes.truncate(length);
        } else {
            content.change(now, &[], length);
        }
        Ok(())
    }

    /// Makes a file's content, or a folder's names, durable.
    pub fn flush(&mut self, id: NodeId) -> Result<(), Refused> {
        match self.nodes.get_mut(&id).ok_or(ENOENT)? {
            Node::File(content) => content.unflushed.clear(),
            Node::Folder(names, durable) => *durable = names.clone(),
        }
        Ok(())
    }

    /// Power loss: back to what is durable.
    pub fn forget(&mut self) -> Forgotten {
        let mut forgotten = Forgotten::default();
        for node in self.nodes.values_mut() {
            match node {
                Node::File(content) => forgotten.writes += content.forget(),
                Node::Folder(names, durable) => {
                    let gone = names.iter().filter(|(name, id)| durable.get(*name) != Some(id)).count();
                    let back = durable.iter().filter(|(name, id)| names.get(*name) != Some(id)).count();
                    forgotten.names += gone + back;
                    *names = durable.clone();
                }
            }
        }
        forgotten
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(disk: &Disk, id: NodeId) -> Vec<u8> {
        match disk.node(id).unwrap() {
            Node::File(content) => content.bytes.clone(),
            Node::Folder(..) => panic!("a folder"),
        }
    }

    #[test]
    fn only_what_was_flushed_is_remembered() {
        let mut disk = Disk::new(1 << 20);
        let file = disk.create(ROOT, "a", false).unwrap();
        disk.write(file, 0, b"0123456789").unwrap();
        disk.flush(file).unwrap();
        disk.flush(ROOT).unwrap();
        disk.write(file, 8, b"abcd").unwrap();
        disk.write(file, 0, b"x").unwrap();
        disk.resize(file, 3).unwrap();
        assert_eq!(bytes(&disk, file), b"x12");
        assert_eq!(disk.forget(), Forgotten { writes: 3, names: 0 });
        assert_eq!(bytes(&disk, file), b"0123456789");
    }

    #[test]
    fn names_need_a_flush_of_their_folder() {
        let mut disk = Disk::new(1 << 20);
        disk.create(ROOT, "kept", false).unwrap();
        disk.flush(ROOT).unwrap();
        disk.create(ROOT, "lost", false).unwrap();
        disk.rename((ROOT, "kept"), (ROOT, "renamed")).unwrap();
        disk.forget();
        assert!(disk.lookup(ROOT, "kept").is_ok());
        assert_eq!(disk.lookup(ROOT, "lost"), Err(ENOENT));
        assert_eq!(disk.lookup(ROOT, "renamed"), Err(ENOENT));
    }

    #[test]
    fn it_can_be_full() {
        let mut disk = Disk::new(10);
        let file = disk.create(ROOT, "a", false).unwrap();
        disk.write(file, 0, &[1; 10]).unwrap();
        assert_eq!(disk.write(file, 5, &[1; 6]), Err(ENOSPC));
        assert_eq!(disk.resize(file, 11), Err(ENOSPC));
        disk.write(file, 2, &[2; 3]).unwrap();
    }
}
