//! The relations of the executable graph, on one model that has most of them.

use tidemill_model::graph::{ElementIndex, ElementType, EventType, Process, TimerKind};
use tidemill_model::{read_bpmn, supported};

const MODEL: &str = r##"<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="d" targetNamespace="t">
  <process id="order" name="Order" isExecutable="true">
    <extensionElements><zeebe:versionTag value="v1"/></extensionElements>
    <startEvent id="start"/>
    <sequenceFlow id="to_fork" sourceRef="start" targetRef="fork"/>
    <parallelGateway id="fork"/>
    <sequenceFlow id="to_sub" sourceRef="fork" targetRef="sub"/>
    <sequenceFlow id="to_each" sourceRef="fork" targetRef="each"/>
    <subProcess id="sub">
      <startEvent id="sub_start"/>
      <sequenceFlow id="to_pay" sourceRef="sub_start" targetRef="pay"/>
      <serviceTask id="pay">
        <extensionElements>
          <zeebe:taskDefinition type="pay"/>
          <zeebe:taskHeaders>
            <zeebe:header key="k" value="v"/><zeebe:header key="" value="v"/>
          </zeebe:taskHeaders>
          <zeebe:ioMapping>
            <zeebe:input source="=a" target="b"/><zeebe:output source="=c" target="d.e"/>
          </zeebe:ioMapping>
        </extensionElements>
      </serviceTask>
      <boundaryEvent id="refused" attachedToRef="pay"><errorEventDefinition id="e0"/></boundaryEvent>
      <boundaryEvent id="no_stock" attachedToRef="pay">
        <errorEventDefinition id="e1" errorRef="error"/>
      </boundaryEvent>
      <subProcess id="cancelled" triggeredByEvent="true">
        <startEvent id="cancel" isInterrupting="false">
          <messageEventDefinition id="m" messageRef="message"/>
        </startEvent>
      </subProcess>
    </subProcess>
    <boundaryEvent id="late" attachedToRef="sub" cancelActivity="false">
      <timerEventDefinition id="td"><timeCycle>R3/PT1H</timeCycle></timerEventDefinition>
    </boundaryEvent>
    <serviceTask id="each">
      <extensionElements><zeebe:taskDefinition type="=kind" retries="=2"/></extensionElements>
      <multiInstanceLoopCharacteristics isSequential="true">
        <extensionElements>
          <zeebe:loopCharacteristics inputCollection="=items" inputElement="item"/>
        </extensionElements>
      </multiInstanceLoopCharacteristics>
    </serviceTask>
    <sequenceFlow id="sub_join" sourceRef="sub" targetRef="join"/>
    <sequenceFlow id="each_join" sourceRef="each" targetRef="join"/>
    <parallelGateway id="join"/>
  </process>
  <message id="message" name="cancel">
    <extensionElements><zeebe:subscription correlationKey="=id"/></extensionElements>
  </message>
  <error id="error" errorCode="NO_STOCK"/>
</definitions>"##;

fn process() -> Process {
    read_bpmn("order.bpmn", MODEL.as_bytes()).expect("the model is valid").processes.remove(0)
}

fn ids(process: &Process, indexes: &[ElementIndex]) -> Vec<String> {
    indexes.iter().map(|index| process.element(*index).id.to_string()).collect()
}

#[test]
fn scopes_contain_their_elements() {
    let process = process();
    let (root, sub, pay) = (process.root(), process.find("sub").unwrap(), process.find("pay").unwrap());
    assert_eq!((&*process.id, process.version_tag.as_deref()), ("order", Some("v1")));
    assert_eq!(ids(&process, &root.children), ["start", "fork", "sub", "each", "join"]);
    assert_eq!(ids(&process, root.start_event.as_slice()), ["start"]);
    assert_eq!(ids(&process, &sub.event_sub_processes), ["cancelled"]);
    assert_eq!((pay.scope, pay.depth), (sub.index, 2));
    let scopes: Vec<_> = process.scopes(pay.index).map(|scope| &*scope.id).collect();
    assert_eq!(scopes, ["sub", "order"]);
}

#[test]
fn flows_connect_elements() {
    let process = process();
    let join = process.find("join").unwrap();
    assert_eq!(
        (join.incoming_count, ids(&process, &join.incoming)),
        (2, vec!["sub_join".into(), "each_join".into()])
    );
    let flow = process.find("to_sub").unwrap();
    assert_eq!(flow.element_type, ElementType::SequenceFlow);
    assert_eq!(process.element(process.flow(flow.index).target).id, process.find("sub").unwrap().id);
    assert_eq!(process.flows.len(), 6);
}

#[test]
fn a_scope_knows_what_to_wait_for_and_what_it_catches() {
    let process = process();
    let sub = process.find("sub").unwrap();
    assert_eq!(ids(&process, &sub.subscriptions), ["cancel", "late"]);
    assert_eq!(ids(&process, &process.find("pay").unwrap().catchers), ["no_stock", "refused"]);
    let late = process.find("late").unwrap();
    let timer = late.timer.as_ref().unwrap();
    assert_eq!((late.event_type, late.interrupting, timer.kind), (EventType::Timer, false, TimerKind::Cycle));
    assert_eq!(timer.parsed.as_ref().unwrap().next_due(0), Some(3_600_000));
    let cancel = process.find("cancel").unwrap();
    assert_eq!(&**cancel.message.as_ref().unwrap().name.source(), "cancel");
    assert!(!cancel.interrupting);
}

#[test]
fn a_multi_instance_is_a_body_and_an_activity() {
    let process = process();
    let body = process.find("each").unwrap();
    let activity = process.find_typed("each", ElementType::ServiceTask).unwrap();
    assert_eq!((body.element_type, activity.scope), (ElementType::MultiInstanceBody, body.index));
    assert!(body.multi_instance.as_ref().unwrap().sequential);
    assert_eq!((body.incoming.len(), activity.incoming.len()), (1, 0));
    assert_eq!(&**activity.task_definition.as_ref().unwrap().retries.source(), "=2");
}

#[test]
fn jobs_have_headers_and_defaults() {
    let process = process();
    let pay = process.find("pay").unwrap();
    assert_eq!(&*pay.task_headers.messagepack, b"\x81\xa1k\xa1v");
    assert_eq!(&**pay.task_definition.as_ref().unwrap().retries.source(), "3");
    assert_eq!((pay.inputs.len(), &*pay.outputs[0].target), (1, "d.e"));
}

#[test]
fn what_is_not_executed_is_named() {
    let process = process();
    let messages: Vec<String> =
        supported::unsupported_elements(&process).into_iter().map(|v| v.message).collect();
    let expected = ["Element 'cancelled' (event sub process) is not supported yet"];
    assert!(messages.iter().any(|message| message == expected[0]), "{messages:?}");
}
