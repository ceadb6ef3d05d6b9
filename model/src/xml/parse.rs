//! Drives quick-xml and builds the tree, checking the well-formedness rules the tokenizer leaves out.

use super::position::Lines;
use super::{Attribute, Document, Namespace, Node, NodeId, Position, XmlError, decode::decode};
use crate::limits::{RESOURCE_BYTES_MAX, XML_ATTRIBUTES_MAX, XML_DEPTH_MAX, XML_NODES_MAX};
use quick_xml::XmlVersion;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::name::ResolveResult;
use quick_xml::reader::NsReader;
use std::collections::HashSet;

/// Reads one document.
///
/// # Errors
/// Anything that is not well-formed, has a DTD, or crosses a limit.
pub fn parse(bytes: &[u8]) -> Result<Document, XmlError> {
    let start = Position { line: 1, column: 1 };
    if bytes.len() > RESOURCE_BYTES_MAX {
        let message =
            format!("The resource has {} bytes, at most {RESOURCE_BYTES_MAX} are allowed", bytes.len());
        return Err(XmlError { position: start, message });
    }
    let text = decode(bytes).map_err(|message| XmlError { position: start, message })?;
    let mut builder = Builder {
        nodes: Vec::new(),
        open: Vec::new(),
        prefixes: HashSet::new(),
        lines: Lines::new(text.as_bytes()),
    };
    let mut reader = NsReader::from_str(&text);
    reader.config_mut().expand_empty_elements = true;
    loop {
        let offset = reader.buffer_position() as usize;
        let event = reader.read_event();
        let result = match event {
            Err(error) => {
                let offset = reader.error_position() as usize;
                let message = error.to_string();
                return Err(builder.error(offset, message));
            }
            Ok(Event::Eof) => break,
            Ok(event) => builder.event(&reader, &event),
        };
        result.map_err(|message| builder.error(offset, message))?;
    }
    builder.finish(text.len())
}

struct Builder<'a> {
    nodes: Vec<Node>,
    open: Vec<NodeId>,
    prefixes: HashSet<Box<str>>,
    lines: Lines<'a>,
}

impl Builder<'_> {
    fn error(&mut self, offset: usize, message: String) -> XmlError {
        XmlError { position: self.lines.position(offset), message }
    }

    fn event(&mut self, reader: &NsReader<&[u8]>, event: &Event<'_>) -> Result<(), String> {
        match event {
            Event::Start(tag) => self.start(reader, tag),
            Event::End(_) => self.open.pop().map(|_| ()).ok_or_else(|| "Unexpected end tag".into()),
            Event::Text(text) => self.text(&text.xml10_content()),
            Event::CData(text) => self.text(&text.xml10_content()),
            Event::GeneralRef(reference) => self.text(&resolve(reference)?),
            Event::DocType(_) => Err("DOCTYPE is disallowed".into()),
            _ => Ok(()),
        }
    }

    fn start(&mut self, reader: &NsReader<&[u8]>, tag: &BytesStart<'_>) -> Result<(), String> {
        if self.nodes.len() >= XML_NODES_MAX {
            return Err(format!("More than {XML_NODES_MAX} XML elements"));
        }
        if self.open.len() >= XML_DEPTH_MAX {
            return Err(format!("XML elements are nested deeper than {XML_DEPTH_MAX}"));
        }
        if self.open.is_empty() && !self.nodes.is_empty() {
            return Err("The markup following the root element must be well-formed: second root".into());
        }
        let (resolved, local) = reader.resolver().resolve_element(tag.name());
        let node = Node {
            namespace: namespace(resolved)?,
            name: local.as_ref().into(),
            written: tag.name().as_ref().into(),
            attributes: attributes(reader, tag, &mut self.prefixes)?,
            parent: self.open.last().copied(),
            children: Vec::new(),
            text: String::new(),
            position: Position::default(),
        };
        let offset = (reader.buffer_position() as usize).saturating_sub(tag.len() + 2);
        let id = NodeId(self.nodes.len() as u32);
        if let Some(parent) = node.parent {
            self.nodes[parent.0 as usize].children.push(id);
        }
        self.nodes.push(Node { position: self.lines.position(offset), ..node });
        self.open.push(id);
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), String> {
        if let Some(bad) = text.chars().find(|c| !is_xml_char(*c)) {
            return Err(format!("An invalid XML character (Unicode: 0x{:x}) was found", bad as u32));
        }
        match self.open.last() {
            Some(id) => self.nodes[id.0 as usize].text.push_str(text),
            None if text.trim().is_empty() => {}
            None => return Err("Content is not allowed outside of the root element".into()),
        }
        Ok(())
    }

    fn finish(mut self, length: usize) -> Result<Document, XmlError> {
        if !self.open.is_empty() {
            let message = "XML document structures must start and end within the same entity.".into();
            return Err(self.error(length, message));
        }
        if self.nodes.is_empty() {
            return Err(self.error(length, "Premature end of file.".into()));
        }
        assert!(self.nodes[0].parent.is_none());
        Ok(Document { nodes: self.nodes, prefixes: self.prefixes })
    }
}

fn attributes(
    reader: &NsReader<&[u8]>,
    tag: &BytesStart<'_>,
    prefixes: &mut HashSet<Box<str>>,
) -> Result<Vec<Attribute>, String> {
    let mut found: Vec<Attribute> = Vec::new();
    for attribute in tag.attributes() {
        let attribute = attribute.map_err(|e| e.to_string())?;
        if found.len() >= XML_ATTRIBUTES_MAX {
            return Err(format!("More than {XML_ATTRIBUTES_MAX} attributes on one element"));
        }
        let written = attribute.key.as_ref();
        if attribute.key.as_namespace_binding().is_some() {
            prefixes.insert(written.strip_prefix("xmlns:").unwrap_or_default().into());
            continue;
        }
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|e| e.to_string())?;
        if attribute.value.contains('<') || !value.chars().all(is_xml_char) {
            return Err(format!(
                "The value of attribute '{written}' contains a character that is not allowed"
            ));
        }
        let (resolved, local) = reader.resolver().resolve_attribute(attribute.key);
        let namespace = namespace(resolved)?;
        let name: Box<str> = local.as_ref().into();
        found.push(Attribute { namespace, name, written: written.into(), value: value.into() });
    }
    Ok(found)
}

fn namespace(resolved: ResolveResult<'_>) -> Result<Namespace, String> {
    match resolved {
        ResolveResult::Bound(uri) => Ok(Namespace::of(uri.as_ref())),
        ResolveResult::Unbound => Ok(Namespace::None),
        ResolveResult::Unknown(prefix) => Err(format!("The prefix \"{}\" is not bound.", prefix)),
    }
}

fn resolve(reference: &BytesRef<'_>) -> Result<String, String> {
    if let Some(c) = reference.resolve_char_ref().map_err(|e| e.to_string())? {
        return Ok(c.to_string());
    }
    let name: &str = reference;
    let text = quick_xml::escape::resolve_predefined_entity(name);
    text.map(str::to_owned).ok_or_else(|| format!("The entity \"{name}\" was referenced, but not declared."))
}

/// The characters of XML 1.0.
fn is_xml_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}
