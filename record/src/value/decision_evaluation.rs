//! DECISION_EVALUATION: a decision evaluated, with everything that was evaluated for it.

use super::{nested_value, record_value};
use crate::message_pack::NIL;
use crate::{DEFAULT_TENANT, Document, List, PackedValue};

record_value! {
    /// An input column with its value.
    EvaluatedInputValue {
        /// Its id.
        shown input_id: &'a str = "", "inputId";
        /// Its name.
        shown input_name: &'a str = "", "inputName";
        /// The value.
        shown input_value: PackedValue<'a> = PackedValue(NIL), "inputValue";
    }
}
nested_value!(EvaluatedInputValue);

record_value! {
    /// An output column with the value that a rule gave.
    EvaluatedOutputValue {
        /// Its id.
        shown output_id: &'a str = "", "outputId";
        /// Its name.
        shown output_name: &'a str = "", "outputName";
        /// The value.
        shown output_value: PackedValue<'a> = PackedValue(NIL), "outputValue";
    }
}
nested_value!(EvaluatedOutputValue);

record_value! {
    /// A rule that matched.
    MatchedRuleValue {
        /// Its id.
        shown rule_id: &'a str = "", "ruleId";
        /// Its place in the table, from 1.
        shown rule_index: i32 = -1, "ruleIndex";
        /// What it gave.
        shown evaluated_outputs: List<'a, EvaluatedOutputValue<'a>> = List::EMPTY, "evaluatedOutputs";
    }
}
nested_value!(MatchedRuleValue);

record_value! {
    /// A decision that was evaluated, for itself or because another one requires it.
    EvaluatedDecisionValue {
        /// Its id.
        shown decision_id: &'a str = "", "decisionId";
        /// Its name.
        shown decision_name: &'a str = "", "decisionName";
        /// Its key; -1 for a knowledge model.
        shown decision_key: i64 = -1, "decisionKey";
        /// Its version; -1 for a knowledge model.
        shown decision_version: i32 = -1, "decisionVersion";
        /// How it decides.
        shown decision_type: &'a str = "", "decisionType";
        /// Its value.
        shown decision_output: PackedValue<'a> = PackedValue(NIL), "decisionOutput";
        /// Input columns of its table.
        shown evaluated_inputs: List<'a, EvaluatedInputValue<'a>> = List::EMPTY, "evaluatedInputs";
        /// Rules of its table that matched.
        shown matched_rules: List<'a, MatchedRuleValue<'a>> = List::EMPTY, "matchedRules";
        /// Whose it is.
        shown tenant_id: &'a str = DEFAULT_TENANT, "tenantId";
    }
}
nested_value!(EvaluatedDecisionValue);

record_value! {
    /// A decision to evaluate, or evaluated.
    DecisionEvaluationValue {
        /// Its key.
        shown decision_key: i64 = -1, "decisionKey";
        /// Its id.
        shown decision_id: &'a str = "", "decisionId";
        /// Its name.
        shown decision_name: &'a str = "", "decisionName";
        /// Its version.
        shown decision_version: i32 = -1, "decisionVersion";
        /// Id of its requirements graph.
        shown decision_requirements_id: &'a str = "", "decisionRequirementsId";
        /// Key of the graph.
        shown decision_requirements_key: i64 = -1, "decisionRequirementsKey";
        /// The result.
        shown decision_output: PackedValue<'a> = PackedValue(NIL), "decisionOutput";
        /// Of a command, what to decide about.
        shown variables: Document<'a> = Document::EMPTY, "variables";
        /// The process that calls it; empty for none.
        shown bpmn_process_id: &'a str = "", "bpmnProcessId";
        /// Key of the process.
        shown process_definition_key: i64 = -1, "processDefinitionKey";
        /// The process instance.
        shown process_instance_key: i64 = -1, "processInstanceKey";
        /// The element that calls it.
        shown element_id: &'a str = "", "elementId";
        /// The element instance.
        shown element_instance_key: i64 = -1, "elementInstanceKey";
        /// What was evaluated, required decisions first.
        shown evaluated_decisions: List<'a, EvaluatedDecisionValue<'a>> = List::EMPTY, "evaluatedDecisions";
        /// Why there is no result; empty when there is one.
        shown evaluation_failure_message: &'a str = "", "evaluationFailureMessage";
        /// The decision that failed.
        shown failed_decision_id: &'a str = "", "failedDecisionId";
        /// Whose it is.
        shown tenant_id: &'a str = DEFAULT_TENANT, "tenantId";
    }
}
