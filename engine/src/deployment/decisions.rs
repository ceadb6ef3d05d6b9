//! Versions and keys of the decisions of a resource.

use std::sync::Arc;

use tidemill_model::DecisionRequirements;
use tidemill_record::value::{DecisionRequirementsMetadata, DecisionValue, DeploymentResource};

use super::plan::Metadata;
use crate::context::Context;

/// The decisions of a resource and what becomes of them.
pub struct PlannedDecisions<'r> {
    resource: DeploymentResource<'r>,
    checksum: [u8; 16],
    graph: Arc<DecisionRequirements>,
    /// Key and version of the graph.
    key: i64,
    version: i32,
    /// Whether graph and decisions are there already, as they are.
    pub is_duplicate: bool,
    /// In the order of their records.
    decisions: Vec<PlannedDecision>,
}

struct PlannedDecision {
    /// Place in the graph.
    at: usize,
    key: i64,
    version: i32,
    /// The deployment that brought it before, when it is there already.
    duplicate_of: Option<i64>,
}

/// Decides about a resource. It is there already when name and content are those of the latest version of its
/// graph, and the latest versions of its decisions are of that graph; otherwise all of it is new.
pub fn plan<'r>(
    context: &mut Context<'_, '_, '_>,
    resource: DeploymentResource<'r>,
    checksum: [u8; 16],
    graph: Arc<DecisionRequirements>,
) -> PlannedDecisions<'r> {
    let order = record_order(&graph);
    if let Some(found) = find(context, &resource, &checksum, &graph, &order) {
        return found;
    }
    let latest = context.state.latest_requirements(&graph.id).map_or(0, |latest| latest.version);
    let key = context.next_key();
    let decisions = order.into_iter().map(|at| {
        let latest =
            context.state.latest_decision(&graph.decisions[at].id).map_or(0, |latest| latest.version);
        PlannedDecision { at, key: context.next_key(), version: latest + 1, duplicate_of: None }
    });
    let decisions = decisions.collect();
    PlannedDecisions { resource, checksum, graph, key, version: latest + 1, is_duplicate: false, decisions }
}

fn find<'r>(
    context: &Context<'_, '_, '_>,
    resource: &DeploymentResource<'r>,
    checksum: &[u8; 16],
    graph: &Arc<DecisionRequirements>,
    order: &[usize],
) -> Option<PlannedDecisions<'r>> {
    let state = &*context.state;
    let latest = state.latest_requirements(&graph.id)?;
    let row = state.requirements(latest.key).expect("the latest version is there");
    if row.checksum != checksum || row.resource_name != resource.resource_name {
        return None;
    }
    let decisions = order.iter().map(|at| {
        let found = state.latest_decision(&graph.decisions[*at].id)?;
        let row = state.decision(found.key).expect("the latest version is there");
        let duplicate_of = Some(row.deployment_key);
        let planned = PlannedDecision { at: *at, key: found.key, version: found.version, duplicate_of };
        (row.decision_requirements_key == latest.key).then_some(planned)
    });
    let decisions: Option<Vec<PlannedDecision>> = decisions.collect();
    Some(PlannedDecisions {
        resource: *resource,
        checksum: *checksum,
        graph: graph.clone(),
        key: latest.key,
        version: latest.version,
        is_duplicate: true,
        decisions: decisions?,
    })
}

impl PlannedDecisions<'_> {
    /// Makes a further version of all of it.
    pub fn renew(&mut self, context: &mut Context<'_, '_, '_>) {
        (self.key, self.version, self.is_duplicate) = (context.next_key(), self.version + 1, false);
        for decision in &mut self.decisions {
            (decision.key, decision.version, decision.duplicate_of) =
                (context.next_key(), decision.version + 1, None);
        }
    }

    /// Appends what stands on the deployment's record.
    pub fn put_metadata(&self, deployment_key: i64, out: &mut Metadata) {
        out.requirements.push(&DecisionRequirementsMetadata {
            decision_requirements_id: &self.graph.id,
            decision_requirements_name: &self.graph.name,
            decision_requirements_version: self.version,
            decision_requirements_key: self.key,
            namespace: &self.graph.namespace,
            resource_name: self.resource.resource_name,
            checksum: &self.checksum,
            is_duplicate: self.is_duplicate,
            ..DecisionRequirementsMetadata::default()
        });
        for planned in &self.decisions {
            let decision = &self.graph.decisions[planned.at];
            out.decisions.push(&DecisionValue {
                decision_id: &decision.id,
                decision_name: &decision.name,
                version: planned.version,
                decision_key: planned.key,
                decision_requirements_id: &self.graph.id,
                decision_requirements_key: self.key,
                is_duplicate: planned.duplicate_of.is_some(),
                deployment_key: planned.duplicate_of.unwrap_or(deployment_key),
                ..DecisionValue::default()
            });
        }
    }
}

/// Places of decisions in the order in which the reference tells of them: that of its hash table, which has
/// 16 places, doubles when it would be three quarters full, and keeps what shares a place in the order of the
/// hashes. Observed with 2, 3, 11, 12, 13 and 40 decisions.
fn record_order(graph: &DecisionRequirements) -> Vec<usize> {
    let mut place_count: u32 = 16;
    while graph.decisions.len() as u64 >= u64::from(place_count) * 3 / 4 {
        place_count *= 2;
    }
    let mut order: Vec<usize> = (0..graph.decisions.len()).collect();
    order.sort_by_key(|at| {
        let hash = spread_hash(&graph.decisions[*at].id);
        (hash & (place_count - 1), hash as i32)
    });
    order
}

/// The hash of a text on the JVM, with its upper half mixed into the lower.
fn spread_hash(text: &str) -> u32 {
    let hash = text.encode_utf16().fold(0u32, |hash, unit| hash.wrapping_mul(31).wrapping_add(unit.into()));
    hash ^ (hash >> 16)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(count: usize, expected: &[usize]) {
        let decisions: String = (0..count)
            .map(|at| {
                let logic = "<literalExpression><text>1</text></literalExpression>";
                format!("<decision id='d{at}' name='d'>{logic}</decision>")
            })
            .collect();
        let model = format!(
            "<definitions xmlns='https://www.omg.org/spec/DMN/20191111/MODEL/' id='g' name='g' namespace='n'>\
             {decisions}</definitions>"
        );
        let graph = tidemill_model::read_dmn("g.dmn", model.as_bytes()).unwrap();
        let mut order = record_order(&graph);
        order.truncate(expected.len());
        assert_eq!(order, expected);
    }

    #[test]
    fn decisions_come_in_the_order_of_their_hashes() {
        // The hash of `dN` is 3148 + N for a single digit: its place is (12 + N) of 16, (12 + N) of 32.
        check(8, &[4, 5, 6, 7, 0, 1, 2, 3]);
        check(10, &[4, 5, 6, 7, 8, 9, 0, 1, 2, 3]);
        check(1, &[0]);
        check(0, &[]);
    }
}
