package tidemill.clients;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.camunda.zeebe.client.ZeebeClient;
import io.camunda.zeebe.client.api.command.ClientStatusException;
import io.camunda.zeebe.client.api.response.ActivatedJob;
import io.camunda.zeebe.client.api.response.DeploymentEvent;
import io.camunda.zeebe.client.api.response.ProcessInstanceEvent;
import io.camunda.zeebe.client.api.response.ProcessInstanceResult;
import io.grpc.Status;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.function.Executable;

/** A client for one test, with a job type of its own so that tests do not take each other's jobs. */
final class Session implements AutoCloseable {
  static final long ABSENT = (1L << 51) + (1L << 40);
  private static final Duration RESULT_LIMIT = Duration.ofSeconds(30);

  final ZeebeClient client = ZeebeClient.newClientBuilder()
      .grpcAddress(URI.create("http://" + gateway()))
      .preferRestOverGrpc(false)
      .usePlaintext()
      .defaultRequestTimeout(Duration.ofSeconds(15))
      .build();
  final String type = "java-" + UUID.randomUUID();

  private static String gateway() {
    String address = System.getenv("TIDEMILL_GATEWAY");
    return address == null ? "127.0.0.1:26500" : address;
  }

  static String process(String name) {
    String folder = System.getenv("TIDEMILL_TEST_PROCESSES");
    Path processes = folder == null ? Path.of("../../processes") : Path.of(folder);
    return processes.resolve(name + ".bpmn").toString();
  }

  DeploymentEvent deploy(String... names) {
    var command = client.newDeployResourceCommand().addResourceFile(process(names[0]));
    for (int index = 1; index < names.length; index++) {
      command = command.addResourceFile(process(names[index]));
    }
    return command.send().join();
  }

  Map<String, Object> variables(Map<String, ?> more) {
    Map<String, Object> all = new HashMap<>(more);
    all.put("type", type);
    return all;
  }

  ProcessInstanceEvent start(String process, Map<String, ?> variables) {
    return client.newCreateInstanceCommand().bpmnProcessId(process).latestVersion()
        .variables(variables(variables)).send().join();
  }

  CompletionStage<ProcessInstanceResult> awaitResult(String process, Map<String, ?> variables) {
    return client.newCreateInstanceCommand().bpmnProcessId(process).latestVersion()
        .variables(variables(variables)).withResult().requestTimeout(RESULT_LIMIT).send();
  }

  Map<String, Object> result(String process, Map<String, ?> variables) {
    return awaitResult(process, variables).toCompletableFuture().join().getVariablesAsMap();
  }

  List<ActivatedJob> jobs(int count, Duration timeout, Duration wait) {
    return client.newActivateJobsCommand().jobType(type).maxJobsToActivate(count).workerName("java")
        .timeout(timeout).requestTimeout(wait).send().join().getJobs();
  }

  /** One job of this session's type; waits up to ten seconds for it. */
  ActivatedJob job(Duration timeout) {
    Instant until = Instant.now().plusSeconds(10);
    while (Instant.now().isBefore(until)) {
      List<ActivatedJob> jobs = jobs(1, timeout, Duration.ofSeconds(5));
      if (!jobs.isEmpty()) {
        return jobs.get(0);
      }
    }
    throw new AssertionError("no job of type " + type + " came");
  }

  ActivatedJob job() {
    return job(Duration.ofMinutes(1));
  }

  void complete(ActivatedJob job, Map<String, ?> variables) {
    client.newCompleteCommand(job).variables(new HashMap<>(variables)).send().join();
  }

  static void refused(Status.Code code, String text, Executable call) {
    ClientStatusException error = assertThrows(ClientStatusException.class, call);
    assertEquals(code, error.getStatusCode(), error.getMessage());
    assertTrue(error.getMessage().contains(text), error.getMessage());
  }

  /** Resolves the first incident above a key: clients are not told incident keys, but keys are dense. */
  long resolveNextIncident(long after) {
    for (long key = after + 1; key < after + 60; key++) {
      try {
        client.newResolveIncidentCommand(key).send().join();
        return key;
      } catch (ClientStatusException error) {
        assertEquals(Status.Code.NOT_FOUND, error.getStatusCode(), error.getMessage());
      }
    }
    throw new AssertionError("no incident within 60 keys after " + after);
  }

  @Override
  public void close() {
    client.close();
  }
}
