//! User tasks: implementation, assignment, schedule, priority, form and listeners.

use super::Builder;
use crate::graph::{Listener, UserTask};
use crate::xml::NodeId;

impl Builder<'_> {
    /// What a user task or a start event with a form says; `None` for all other elements.
    pub(super) fn user_task(&self, node: NodeId) -> Option<UserTask> {
        let model = self.model;
        let form = model.extension(node, "formDefinition");
        if model.kind(node) != "userTask" && form.is_none() {
            return None;
        }
        let mut task =
            UserTask { native: model.extension(node, "userTask").is_some(), ..UserTask::default() };
        if let Some(assignment) = model.extension(node, "assignmentDefinition") {
            task.assignee = self.text(assignment, "assignee");
            task.candidate_groups = self.text(assignment, "candidateGroups");
            task.candidate_users = self.text(assignment, "candidateUsers");
        }
        if let Some(schedule) = model.extension(node, "taskSchedule") {
            task.due_date = self.text(schedule, "dueDate");
            task.follow_up_date = self.text(schedule, "followUpDate");
        }
        task.priority = model.extension(node, "priorityDefinition").and_then(|p| self.text(p, "priority"));
        if let Some(form) = form {
            task.form_key = model.attribute(form, "formKey").map(Into::into);
            task.form_id = self.text(form, "formId");
            task.external_form_reference = self.text(form, "externalReference");
            task.form_binding = self.binding(form);
        }
        let items = model.extension_items(node, "taskListeners", "taskListener");
        let listeners: Vec<Listener> = items.into_iter().filter_map(|item| self.listener(item)).collect();
        task.task_listeners = listeners.into();
        Some(task)
    }
}
