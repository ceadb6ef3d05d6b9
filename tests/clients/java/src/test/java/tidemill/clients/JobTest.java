package tidemill.clients;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.camunda.zeebe.client.api.response.ActivatedJob;
import io.camunda.zeebe.client.api.worker.JobWorker;
import io.grpc.Status;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Jobs: polling, streaming, workers, failures, incidents, timeouts, errors. */
@Timeout(90)
final class JobTest {
  private final Session session = new Session();

  @AfterEach
  void close() {
    session.close();
  }

  @Test
  void polledJobHasAllFields() {
    var deployment = session.deploy("one_task");
    var instance = session.start("one_task", Map.of("text", "ä\"", "number", 1.5));
    ActivatedJob job = session.job(Duration.ofSeconds(30));
    assertEquals(instance.getProcessInstanceKey(), job.getProcessInstanceKey());
    assertEquals(deployment.getProcesses().get(0).getProcessDefinitionKey(), job.getProcessDefinitionKey());
    assertEquals("task", job.getElementId());
    assertEquals("java", job.getWorker());
    assertEquals(3, job.getRetries());
    assertEquals("<default>", job.getTenantId());
    assertEquals(Map.of("colour", "red", "size", "10"), job.getCustomHeaders());
    assertEquals(Map.of("type", session.type, "text", "ä\"", "number", 1.5), job.getVariablesAsMap());
    long left = job.getDeadline() - System.currentTimeMillis();
    assertTrue(left > 15_000 && left < 45_000, "deadline in " + left + " ms");
    session.complete(job, Map.of("done", true));
    Session.refused(Status.Code.NOT_FOUND, "no such job was found", () -> session.complete(job, Map.of()));
  }

  @Test
  void batchOfJobsWithChosenVariables() {
    session.deploy("one_task");
    IntStream.range(0, 5).forEach(number -> session.start("one_task", Map.of("number", number)));
    List<ActivatedJob> jobs = session.client.newActivateJobsCommand().jobType(session.type)
        .maxJobsToActivate(10).fetchVariables("number").send().join().getJobs();
    assertEquals(5, jobs.size());
    assertEquals(List.of(0, 1, 2, 3, 4),
        // Over several partitions nothing promises an order.
        jobs.stream().map(job -> (Integer) job.getVariablesAsMap().get("number")).sorted().toList());
  }

  @Test
  void pollWithoutJobsEndsEmpty() {
    Instant started = Instant.now();
    assertEquals(List.of(), session.jobs(1, Duration.ofSeconds(1), Duration.ofSeconds(1)));
    assertTrue(Duration.between(started, Instant.now()).toMillis() > 500);
  }

  @ParameterizedTest(name = "stream {0}")
  @ValueSource(booleans = {false, true})
  void workerCompletesManyInstances(boolean stream) {
    session.deploy("two_tasks");
    try (JobWorker worker = session.client.newWorker().jobType(session.type)
        .handler((jobs, job) -> jobs.newCompleteCommand(job).variable(job.getElementId(), true).send().join())
        .streamEnabled(stream).maxJobsActive(8).pollInterval(Duration.ofMillis(50)).open()) {
      assertTrue(worker.isOpen());
      var results = IntStream.range(0, 20)
          .mapToObj(number -> session.awaitResult("two_tasks", Map.of("number", number)))
          .map(result -> result.toCompletableFuture())
          .toList();
      for (int number = 0; number < results.size(); number++) {
        assertEquals(Map.of("type", session.type, "number", number, "first", true, "second", true),
            results.get(number).join().getVariablesAsMap());
      }
    }
  }

  @Test
  void pushedJobsNeedNoPoll() throws Exception {
    session.deploy("one_task");
    CompletableFuture<ActivatedJob> pushed = new CompletableFuture<>();
    var stream = session.client.newStreamJobsCommand().jobType(session.type).consumer(pushed::complete)
        .workerName("java").timeout(Duration.ofMinutes(1)).send();
    Thread.sleep(1000);
    var instance = session.start("one_task", Map.of("a", 1));
    ActivatedJob job = pushed.get(15, TimeUnit.SECONDS);
    assertEquals(instance.getProcessInstanceKey(), job.getProcessInstanceKey());
    assertEquals("java", job.getWorker());
    session.complete(job, Map.of());
    stream.cancel(true);
  }

  @Test
  void failedJobComesAgainWithFewerRetries() {
    session.deploy("one_task");
    Queue<Integer> retries = new ConcurrentLinkedQueue<>();
    try (JobWorker worker = session.client.newWorker().jobType(session.type).handler((jobs, job) -> {
      retries.add(job.getRetries());
      if (retries.size() < 3) {
        jobs.newFailCommand(job).retries(job.getRetries() - 1).errorMessage("not yet").send().join();
      } else {
        jobs.newCompleteCommand(job).variable("tries", retries.size()).send().join();
      }
    }).pollInterval(Duration.ofMillis(50)).open()) {
      assertEquals(3, session.result("one_task", Map.of()).get("tries"));
      assertEquals(List.of(3, 2, 1), List.copyOf(retries));
    }
  }

  @Test
  void backoffHoldsAFailedJobBack() {
    session.deploy("one_task");
    session.start("one_task", Map.of());
    ActivatedJob job = session.job();
    Instant failedAt = Instant.now();
    session.client.newFailCommand(job).retries(2).retryBackoff(Duration.ofSeconds(2))
        .variables(Map.of("tried", 1)).send().join();
    ActivatedJob again = session.job();
    assertEquals(job.getKey(), again.getKey());
    assertEquals(1, again.getVariablesAsMap().get("tried"));
    assertTrue(Duration.between(failedAt, Instant.now()).toMillis() > 1800);
  }

  @Test
  void noRetriesLeftIsAnIncident() {
    session.deploy("one_task");
    long instance = session.start("one_task", Map.of()).getProcessInstanceKey();
    ActivatedJob job = session.job();
    long mark = session.client.newSetVariablesCommand(instance).variables(Map.of("mark", 1)).send().join()
        .getKey();
    session.client.newFailCommand(job).retries(0).errorMessage("no more").send().join();
    Session.refused(Status.Code.FAILED_PRECONDITION, "but it is in state 'FAILED'",
        () -> session.complete(job, Map.of()));
    session.client.newUpdateRetriesCommand(job).retries(1).send().join();
    session.resolveNextIncident(mark);
    ActivatedJob again = session.job();
    assertEquals(job.getKey(), again.getKey());
    assertEquals(1, again.getRetries());
    session.complete(again, Map.of());
  }

  @Test
  void jobThatTimesOutIsOfferedAgain() {
    session.deploy("one_task");
    session.start("one_task", Map.of());
    ActivatedJob job = session.job(Duration.ofSeconds(1));
    ActivatedJob again = session.job();
    assertEquals(job.getKey(), again.getKey());
    assertEquals(3, again.getRetries());
  }

  @Test
  void timeoutOfAJobCanBeChanged() {
    session.deploy("one_task");
    session.start("one_task", Map.of());
    ActivatedJob job = session.job(Duration.ofMinutes(10));
    session.client.newUpdateTimeoutCommand(job).timeout(Duration.ofMillis(500)).send().join();
    assertEquals(job.getKey(), session.job().getKey());
  }

  @Test
  void errorIsCaughtAtTheBoundary() {
    session.deploy("error_boundary");
    var waiting = session.awaitResult("error_boundary", Map.of());
    session.client.newThrowErrorCommand(session.job()).errorCode("NO_STOCK").errorMessage("none left")
        .variables(Map.of("why", "sold")).send().join();
    assertEquals(true, waiting.toCompletableFuture().join().getVariablesAsMap().get("refused"));
  }

  @Test
  void errorThatNobodyCatchesStopsTheJob() {
    session.deploy("error_boundary");
    session.start("error_boundary", Map.of());
    ActivatedJob job = session.job();
    session.client.newThrowErrorCommand(job).errorCode("STRANGE").send().join();
    Session.refused(Status.Code.FAILED_PRECONDITION, "but it is in state 'ERROR_THROWN'",
        () -> session.complete(job, Map.of()));
  }
}
