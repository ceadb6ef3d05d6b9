package tidemill.clients;

import static tidemill.clients.Session.ABSENT;

import io.camunda.zeebe.client.ZeebeClient;
import io.grpc.Status.Code;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Status codes and messages of refused calls. */
@Timeout(90)
final class StatusTest {

  private static Arguments refusal(String name, Code code, String text, Consumer<ZeebeClient> call) {
    return Arguments.of(name, code, text, call);
  }

  static Stream<Arguments> refusals() {
    String noJob = " with key '" + ABSENT + "', but no such job was found";
    return Stream.of(
        refusal("unknown process", Code.NOT_FOUND,
            "Expected to find process definition with process ID 'nope', but none found",
            c -> c.newCreateInstanceCommand().bpmnProcessId("nope").latestVersion().send().join()),
        refusal("unknown version", Code.NOT_FOUND, "process ID 'straight' and version '9999', but none found",
            c -> c.newCreateInstanceCommand().bpmnProcessId("straight").version(9999).send().join()),
        refusal("unknown definition key", Code.NOT_FOUND,
            "Expected to find process definition with key '123', but none found",
            c -> c.newCreateInstanceCommand().processDefinitionKey(123).send().join()),
        refusal("array as variables", Code.INVALID_ARGUMENT,
            "Property 'variables' is invalid: Expected document to be a root level object, but was 'ARRAY'",
            c -> c.newCreateInstanceCommand().bpmnProcessId("straight").latestVersion().variables("[1]")
                .send().join()),
        refusal("unknown start element", Code.INVALID_ARGUMENT, "no element found with id 'zz'.",
            c -> c.newCreateInstanceCommand().bpmnProcessId("straight").latestVersion()
                .startBeforeElement("zz").send().join()),
        refusal("complete", Code.NOT_FOUND, "Expected to complete job" + noJob,
            c -> c.newCompleteCommand(ABSENT).send().join()),
        refusal("fail", Code.NOT_FOUND, "Expected to fail job" + noJob,
            c -> c.newFailCommand(ABSENT).retries(1).send().join()),
        refusal("throw error", Code.NOT_FOUND, "Expected to throw an error for job" + noJob,
            c -> c.newThrowErrorCommand(ABSENT).errorCode("x").send().join()),
        refusal("update retries", Code.NOT_FOUND, "Expected to update job" + noJob,
            c -> c.newUpdateRetriesCommand(ABSENT).retries(1).send().join()),
        refusal("update timeout", Code.NOT_FOUND, "Expected to update job" + noJob,
            c -> c.newUpdateTimeoutCommand(ABSENT).timeout(Duration.ofSeconds(1)).send().join()),
        refusal("cancel", Code.NOT_FOUND,
            "Expected to cancel a process instance with key '" + ABSENT + "', but no such process was found",
            c -> c.newCancelInstanceCommand(ABSENT).send().join()),
        refusal("resolve", Code.NOT_FOUND, "with key '" + ABSENT + "', but no such incident was found",
            c -> c.newResolveIncidentCommand(ABSENT).send().join()),
        refusal("set variables", Code.NOT_FOUND,
            "Expected to update variables for element with key '" + ABSENT + "', but no such element was",
            c -> c.newSetVariablesCommand(ABSENT).variables("{}").send().join()),
        refusal("key of no partition", Code.UNAVAILABLE,
            "Expected to execute command on partition 900, but either it does not exist",
            c -> c.newCompleteCommand((900L << 51) + 1).send().join()),
        refusal("tenant", Code.INVALID_ARGUMENT, "tenant identifier 'abc', but multi-tenancy is disabled",
            c -> c.newCreateInstanceCommand().bpmnProcessId("straight").latestVersion().tenantId("abc")
                .send().join()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("refusals")
  void refused(String name, Code code, String text, Consumer<ZeebeClient> call) {
    try (Session session = new Session()) {
      session.deploy("straight");
      Session.refused(code, text, () -> call.accept(session.client));
    }
  }
}
