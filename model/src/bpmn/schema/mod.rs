//! Structure of BPMN documents, as the reference broker's XML schema has it: known elements in the right
//! place and order, known attributes with well-formed values, unique ids, references to existing ids. Only
//! the first error is reported, as the reference does. The tables are `semantic.txt` and `diagram.txt`.

mod check;
mod table;
mod values;

pub(super) use check::check;
