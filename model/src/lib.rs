//! BPMN and DMN XML read into executable graphs, with deployment-time validation.
