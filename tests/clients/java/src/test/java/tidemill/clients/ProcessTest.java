package tidemill.clients;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.camunda.zeebe.client.api.response.ActivatedJob;
import io.camunda.zeebe.client.api.response.Topology;
import io.grpc.Status;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Processes: deployment, instances, results, messages, timers, gateways, cancellation, topology. */
@Timeout(90)
final class ProcessTest {
  private final Session session = new Session();

  @AfterEach
  void close() {
    session.close();
  }

  @Test
  void topologyNamesPartitionsAndVersions() {
    Topology topology = session.client.newTopologyRequest().send().join();
    assertTrue(topology.getGatewayVersion().startsWith("8.6."), topology.getGatewayVersion());
    assertEquals(topology.getClusterSize(), topology.getBrokers().size());
    assertTrue(topology.getReplicationFactor() >= 1);
    long partitions = topology.getBrokers().stream().flatMap(broker -> broker.getPartitions().stream())
        .map(partition -> partition.getPartitionId()).distinct().count();
    assertEquals(topology.getPartitionsCount(), partitions);
  }

  @Test
  void deployingAgainKeepsVersionAndKey() {
    var first = session.deploy("straight");
    var again = session.deploy("straight");
    assertNotEquals(first.getKey(), again.getKey());
    var process = first.getProcesses().get(0);
    assertEquals("straight", process.getBpmnProcessId());
    assertEquals("straight.bpmn", Session.process(process.getBpmnProcessId()).replaceAll(".*/", ""));
    assertEquals(process.getProcessDefinitionKey(), again.getProcesses().get(0).getProcessDefinitionKey());
    assertEquals(process.getVersion(), again.getProcesses().get(0).getVersion());
  }

  @Test
  void twoResourcesInOneDeployment() {
    List<String> ids = session.deploy("straight", "one_task").getProcesses().stream()
        .map(process -> process.getBpmnProcessId()).collect(Collectors.toList());
    assertEquals(List.of("straight", "one_task"), ids);
  }

  @Test
  void brokenResourceIsRefused() {
    Session.refused(Status.Code.INVALID_ARGUMENT, "p.bpmn", () -> session.client.newDeployResourceCommand()
        .addResourceStringUtf8("<definitions", "p.bpmn").send().join());
  }

  @Test
  void instanceByKeyAndByVersion() {
    var process = session.deploy("straight").getProcesses().get(0);
    var byKey = session.client.newCreateInstanceCommand()
        .processDefinitionKey(process.getProcessDefinitionKey()).send().join();
    assertEquals(process.getBpmnProcessId(), byKey.getBpmnProcessId());
    var byVersion = session.client.newCreateInstanceCommand().bpmnProcessId("straight")
        .version(process.getVersion()).send().join();
    assertEquals(process.getProcessDefinitionKey(), byVersion.getProcessDefinitionKey());
    assertTrue(byVersion.getProcessInstanceKey() > byKey.getProcessInstanceKey());
  }

  @Test
  void instanceThatStartsAtAnElement() {
    session.deploy("two_tasks");
    session.client.newCreateInstanceCommand().bpmnProcessId("two_tasks").latestVersion()
        .variables(Map.of("type", session.type)).startBeforeElement("second").send().join();
    assertEquals("second", session.job().getElementId());
  }

  @Test
  void resultWithAllOrChosenVariables() {
    session.deploy("straight");
    assertEquals(Map.of("type", session.type, "a", 1), session.result("straight", Map.of("a", 1)));
    var chosen = session.client.newCreateInstanceCommand().bpmnProcessId("straight").latestVersion()
        .variables(Map.of("a", 1, "b", 2)).withResult().fetchVariables("b").send().join();
    assertEquals(Map.of("b", 2), chosen.getVariablesAsMap());
  }

  @Test
  void resultThatTakesTooLong() {
    session.deploy("one_task");
    Session.refused(Status.Code.DEADLINE_EXCEEDED, "", () -> session.client.newCreateInstanceCommand()
        .bpmnProcessId("one_task").latestVersion().variables(Map.of("type", session.type)).withResult()
        .requestTimeout(Duration.ofMillis(800)).send().join());
    session.complete(session.job(), Map.of());
  }

  @Test
  void messageBeforeTheInstance() {
    session.deploy("message_wait");
    String order = UUID.randomUUID().toString();
    publish(order, order, Duration.ofMinutes(1), 1);
    Session.refused(Status.Code.ALREADY_EXISTS, "was already published",
        () -> publish(order, order, Duration.ofMinutes(1), 2));
    assertEquals(1, session.result("message_wait", Map.of("order", order)).get("amount"));
  }

  @Test
  void messageAfterTheInstance() throws InterruptedException {
    session.deploy("message_wait");
    String order = UUID.randomUUID().toString();
    var waiting = session.awaitResult("message_wait", Map.of("order", order));
    Thread.sleep(700);
    publish(order, "", Duration.ZERO, 2);
    assertEquals(2, waiting.toCompletableFuture().join().getVariablesAsMap().get("amount"));
  }

  private void publish(String order, String id, Duration timeToLive, int amount) {
    session.client.newPublishMessageCommand().messageName("payment").correlationKey(order).messageId(id)
        .timeToLive(timeToLive).variables(Map.of("amount", amount)).send().join();
  }

  @Test
  void timerLetsTheProcessWait() {
    session.deploy("timer_wait");
    Instant started = Instant.now();
    session.result("timer_wait", Map.of("duration", "PT1S"));
    assertTrue(Duration.between(started, Instant.now()).toMillis() > 900);
  }

  @Test
  void timerBoundaryInterrupts() {
    session.deploy("timer_boundary");
    assertEquals(true, session.result("timer_boundary", Map.of()).get("late"));
    assertEquals(List.of(), session.jobs(1, Duration.ofSeconds(1), Duration.ofMillis(300)));
  }

  @Test
  void gatewaysForkAndJoin() {
    session.deploy("gateways");
    assertEquals(Map.of("type", session.type, "amount", 5), session.result("gateways", Map.of("amount", 5)));
    var waiting = session.awaitResult("gateways", Map.of("amount", 500));
    ActivatedJob one = session.job();
    ActivatedJob other = session.job();
    assertEquals(Set.of("left", "right"), Set.of(one.getElementId(), other.getElementId()));
    session.complete(one, Map.of(one.getElementId(), true));
    session.complete(other, Map.of(other.getElementId(), true));
    Map<String, Object> variables = waiting.toCompletableFuture().join().getVariablesAsMap();
    assertEquals(Map.of("type", session.type, "amount", 500, "left", true, "right", true), variables);
  }

  @Test
  void subProcessWithMappings() {
    session.deploy("sub_process");
    var waiting = session.awaitResult("sub_process", Map.of("item", Map.of("price", 2.5, "count", 4)));
    ActivatedJob job = session.job();
    assertEquals(10.0, ((Number) job.getVariablesAsMap().get("total")).doubleValue());
    session.complete(job, Map.of("half", 5));
    Map<String, Object> variables = waiting.toCompletableFuture().join().getVariablesAsMap();
    assertEquals(10.0, ((Number) variables.get("paid")).doubleValue());
    assertFalse(variables.containsKey("half"));
  }

  @Test
  void variablesAreSetAndSeenByTheNextTask() {
    session.deploy("two_tasks");
    var instance = session.start("two_tasks", Map.of());
    session.complete(session.job(), Map.of());
    var answer = session.client.newSetVariablesCommand(instance.getProcessInstanceKey())
        .variables(Map.of("late", "x")).send().join();
    assertTrue(answer.getKey() > instance.getProcessInstanceKey());
    session.complete(session.job(), Map.of());
  }

  @Test
  void cancellingEndsTheInstance() {
    session.deploy("one_task");
    long instance = session.start("one_task", Map.of()).getProcessInstanceKey();
    ActivatedJob job = session.job();
    session.client.newCancelInstanceCommand(instance).send().join();
    Session.refused(Status.Code.NOT_FOUND, "no such job was found", () -> session.complete(job, Map.of()));
    Session.refused(Status.Code.NOT_FOUND, "no such process was found",
        () -> session.client.newCancelInstanceCommand(instance).send().join());
  }
}
