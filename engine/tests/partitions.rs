//! Partitions that talk to each other: deployments reach all of them, messages find instances elsewhere, whatever
//! the network loses or doubles.

mod common;

use common::cluster::Cluster;
use common::script::find;
use serde_json::json;

const FILES: [&str; 4] = [
    "message_catch.bpmn",
    "message_boundary.bpmn",
    "message_cancel.bpmn",
    "message_boundary_non_interrupting.bpmn",
];

fn deployed(seed: u64, lost_percent: u64, doubled_percent: u64) -> Option<Cluster> {
    common::scenarios()?;
    let mut cluster = Cluster::new(3, seed);
    (cluster.lost_percent, cluster.doubled_percent) = (lost_percent, doubled_percent);
    cluster.partitions[0].deploy(&FILES);
    cluster.deliver();
    cluster.wait(1_200);
    for partition in &cluster.partitions {
        assert_eq!(partition.keys_of("PROCESS", "CREATED").len(), FILES.len(), "seed {seed}");
        assert_eq!(
            partition.keys_of("PROCESS", "CREATED"),
            cluster.partitions[0].keys_of("PROCESS", "CREATED")
        );
    }
    assert_eq!(cluster.partitions[0].answers.len(), 1, "the deployment is answered once, when all have it");
    Some(cluster)
}

#[test]
fn a_deployment_reaches_every_partition() {
    for seed in 1..=5 {
        let Some(cluster) = deployed(seed, 0, 0) else { return };
        let Some(unsteady) = deployed(seed, 50, 20) else { return };
        cluster.check_replay();
        unsteady.check_replay();
        let keys = unsteady.partitions[0].keys_of("COMMAND_DISTRIBUTION", "FINISHED");
        assert_eq!(keys.len(), 1);
    }
}

#[test]
fn decisions_reach_every_partition() {
    if common::scenarios().is_none() {
        return;
    }
    for (seed, lost, doubled) in [(1, 0, 0), (2, 50, 20)] {
        let mut cluster = Cluster::new(3, seed);
        (cluster.lost_percent, cluster.doubled_percent) = (lost, doubled);
        cluster.partitions[0].deploy(&["business_rule_task.bpmn", "business_rule_task.dmn"]);
        cluster.deliver();
        cluster.wait(1_200);
        for partition in &mut cluster.partitions {
            assert_eq!(partition.keys_of("DECISION_REQUIREMENTS", "CREATED").len(), 1, "seed {seed}");
            assert_eq!(partition.keys_of("DECISION", "CREATED").len(), 2, "seed {seed}");
            let variables = json!({"status": "gold", "total": 10, "amount": 5000, "which": "discount"});
            let instance = partition.create("business_rule_task", variables);
            assert!(partition.is_completed(instance), "seed {seed}");
        }
        let keys = |at: usize| cluster.partitions[at].keys_of("DECISION", "CREATED").to_vec();
        assert!(keys(0) == keys(1) && keys(0) == keys(2), "one key everywhere");
        cluster.check_replay();
    }
}

#[test]
fn messages_find_instances_on_other_partitions() {
    for (seed, lost, doubled) in [(1, 0, 0), (2, 0, 50), (3, 40, 0), (4, 40, 30), (5, 60, 20)] {
        let Some(mut cluster) = deployed(seed, lost, doubled) else { return };
        let empty: Vec<_> = cluster.partitions.iter().map(|partition| partition.row_counts()).collect();
        let mut instances = Vec::new();
        for number in 0..12 {
            let key = format!("o-{number}");
            let partition = number % 3;
            let process = FILES[number % 2].trim_end_matches(".bpmn");
            let instance = cluster.partitions[partition].create(process, json!({"order": key}));
            instances.push((partition, instance));
            if number % 4 == 0 {
                cluster.wait(30);
            }
            let harness = cluster.of_correlation_key(&key);
            let caused = harness.publish(process, &key, 3_600_000, json!({"amount": number}));
            assert!(find(&caused, "MESSAGE", "PUBLISHED").is_some());
            cluster.deliver();
        }
        cluster.wait(1_200);
        for (partition, instance) in &instances {
            let harness = &cluster.partitions[*partition];
            assert!(harness.is_completed(*instance), "seed {seed}: {instance} waits for ever");
            let correlated = harness.records.iter().filter(|record| {
                record["valueType"] == "PROCESS_MESSAGE_SUBSCRIPTION"
                    && record["intent"] == "CORRELATED"
                    && record["value"]["processInstanceKey"] == *instance
            });
            assert_eq!(correlated.count(), 1, "seed {seed}: a message comes once");
        }
        // Nothing stays but the messages, until their time is over.
        cluster.wait(3_700);
        for (partition, empty) in cluster.partitions.iter().zip(&empty) {
            assert_eq!(&partition.row_counts(), empty, "seed {seed}");
        }
        cluster.check_replay();
    }
}

#[test]
fn a_cancelled_instance_closes_its_subscription_elsewhere() {
    for (seed, lost, doubled) in [(1, 0, 0), (2, 50, 30)] {
        let Some(mut cluster) = deployed(seed, lost, doubled) else { return };
        let empty: Vec<_> = cluster.partitions.iter().map(|partition| partition.row_counts()).collect();
        for number in 0..9 {
            let instance = cluster.partitions[number % 3]
                .create("message_cancel", json!({"order": format!("c-{number}")}));
            if number % 2 == 0 {
                cluster.wait(60);
            }
            cluster.partitions[number % 3].cancel(instance);
            cluster.deliver();
        }
        cluster.wait(1_200);
        for (partition, empty) in cluster.partitions.iter().zip(&empty) {
            assert_eq!(&partition.row_counts(), empty, "seed {seed}");
        }
        cluster.check_replay();
    }
}
