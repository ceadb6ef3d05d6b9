// Processes worked with zeebe-node: deploy, create, workers, failures, incidents, messages, timers, results,
// statuses.
const assert = require('node:assert/strict')
const { randomUUID } = require('node:crypto')
const { test } = require('node:test')
const { sleep, withSession } = require('./session')

const ABSENT = ((1n << 51n) + (1n << 40n)).toString()
const INVALID_ARGUMENT = 3
const DEADLINE_EXCEEDED = 4
const NOT_FOUND = 5
const ALREADY_EXISTS = 6
const FAILED_PRECONDITION = 9
const UNAVAILABLE = 14

const refused = (code, text) => (error) => {
  assert.equal(error.code, code, `${error.code}: ${error.message}`)
  assert.ok(error.message.includes(text), error.message)
  return true
}

test(
  'topology names partitions and versions',
  withSession(async ({ client }) => {
    const topology = await client.topology()
    assert.match(topology.gatewayVersion, /^8\.6\./)
    assert.equal(topology.brokers.length, topology.clusterSize)
    const partitions = new Set(topology.brokers.flatMap((b) => b.partitions.map((p) => p.partitionId)))
    assert.equal(partitions.size, topology.partitionsCount)
  }),
)

test(
  'deploying again keeps version and key',
  withSession(async (session) => {
    const first = await session.deploy('straight')
    const again = await session.deploy('straight')
    assert.notEqual(first.key, again.key)
    assert.equal(first.deployments[0].process.bpmnProcessId, 'straight')
    assert.equal(
      first.deployments[0].process.processDefinitionKey,
      again.deployments[0].process.processDefinitionKey,
    )
    assert.equal(first.deployments[0].process.version, again.deployments[0].process.version)
  }),
)

test(
  'the old way of deploying works',
  withSession(async (session) => {
    const answer = await session.client.deployProcess(session.file('straight'))
    assert.equal(answer.processes[0].bpmnProcessId, 'straight')
    assert.ok(answer.processes[0].version >= 1)
  }),
)

test(
  'a broken resource is refused',
  withSession(async ({ client }) => {
    await assert.rejects(
      client.deployResource({ process: Buffer.from('<definitions'), name: 'p.bpmn' }),
      refused(INVALID_ARGUMENT, 'p.bpmn'),
    )
  }),
)

test(
  'a polled job has all fields',
  withSession(async (session) => {
    const deployment = await session.deploy('one_task')
    const instance = await session.start('one_task', {
      text: 'ä"',
      number: 1.5,
      list: [1, null, { a: true }],
    })
    const job = await session.job()
    assert.equal(job.processInstanceKey, instance.processInstanceKey)
    assert.equal(job.processDefinitionKey, deployment.deployments[0].process.processDefinitionKey)
    assert.equal(job.elementId, 'task')
    assert.equal(job.worker, 'node')
    assert.equal(job.retries, 3)
    assert.deepEqual(job.customHeaders, { colour: 'red', size: '10' })
    assert.deepEqual(job.variables, {
      type: session.type,
      text: 'ä"',
      number: 1.5,
      list: [1, null, { a: true }],
    })
    assert.ok(Number(job.deadline) > Date.now() + 30000)
    await session.client.completeJob({ jobKey: job.key, variables: { done: true } })
    await assert.rejects(
      session.client.completeJob({ jobKey: job.key, variables: {} }),
      refused(NOT_FOUND, 'no such job'),
    )
  }),
)

test(
  'only the variables asked for',
  withSession(async (session) => {
    await session.deploy('one_task')
    await session.start('one_task', { a: 1, b: 2 })
    const job = await session.job({ fetchVariable: ['b', 'absent'] })
    assert.deepEqual(job.variables, { b: 2 })
  }),
)

test(
  'a worker completes two tasks',
  withSession(async (session) => {
    await session.deploy('two_tasks')
    session.worker((job) => job.complete({ count: (job.variables.count || 0) + 1 }))
    const result = await session.result('two_tasks')
    assert.deepEqual(result.variables, { type: session.type, count: 2 })
  }),
)

test(
  'a worker gets many instances',
  withSession(async (session) => {
    await session.deploy('one_task')
    session.worker((job) => job.complete({ seen: job.variables.number }), { maxJobsToActivate: 4 })
    const results = await Promise.all(
      [...Array(12).keys()].map((number) => session.result('one_task', { number })),
    )
    assert.deepEqual(
      results.map((r) => r.variables.seen),
      [...Array(12).keys()],
    )
  }),
)

test(
  'a failed job comes again with fewer retries',
  withSession(async (session) => {
    await session.deploy('one_task')
    const seen = []
    session.worker((job) => {
      seen.push(job.retries)
      return seen.length < 3 ? job.fail('not yet') : job.complete({ tries: seen.length })
    })
    const result = await session.result('one_task')
    assert.equal(result.variables.tries, 3)
    assert.deepEqual(seen, [3, 2, 1])
  }),
)

test(
  'a backoff holds a failed job back',
  withSession(async (session) => {
    await session.deploy('one_task')
    await session.start('one_task')
    const job = await session.job()
    const failedAt = Date.now()
    await session.client.failJob({ jobKey: job.key, retries: 2, errorMessage: 'later', retryBackOff: 2000 })
    const again = await session.job()
    assert.equal(again.key, job.key)
    assert.ok(Date.now() - failedAt > 1800)
  }),
)

test(
  'no retries left: incident, new retries, resolved',
  withSession(async (session) => {
    await session.deploy('one_task')
    const instance = await session.start('one_task')
    const job = await session.job()
    const mark = await session.client.setVariables({
      elementInstanceKey: instance.processInstanceKey,
      variables: { mark: 1 },
      local: false,
    })
    await session.client.failJob({ jobKey: job.key, retries: 0, errorMessage: 'no more' })
    await assert.rejects(
      session.client.completeJob({ jobKey: job.key, variables: {} }),
      refused(FAILED_PRECONDITION, "but it is in state 'FAILED'"),
    )
    await session.client.updateJobRetries({ jobKey: job.key, retries: 1 })
    await resolveNextIncident(session.client, BigInt(mark.key))
    const again = await session.job()
    assert.equal(again.key, job.key)
    await session.client.completeJob({ jobKey: again.key, variables: {} })
  }),
)

test(
  'a job that times out is offered again',
  withSession(async (session) => {
    await session.deploy('one_task')
    await session.start('one_task')
    const job = await session.job({ timeout: 1000 })
    const again = await session.job()
    assert.equal(again.key, job.key)
    assert.equal(again.retries, 3)
  }),
)

test(
  'an error is caught at the boundary',
  withSession(async (session) => {
    await session.deploy('error_boundary')
    session.worker((job) => job.error('NO_STOCK', 'none left'))
    const result = await session.result('error_boundary')
    assert.equal(result.variables.refused, true)
  }),
)

test(
  'a message before and after the instance',
  withSession(async (session) => {
    await session.deploy('message_wait')
    const before = randomUUID()
    await session.client.publishMessage({
      name: 'payment',
      correlationKey: before,
      messageId: before,
      variables: { amount: 1 },
      timeToLive: 60000,
    })
    await assert.rejects(
      session.client.publishMessage({
        name: 'payment',
        correlationKey: before,
        messageId: before,
        variables: {},
        timeToLive: 60000,
      }),
      refused(ALREADY_EXISTS, 'was already published'),
    )
    assert.equal((await session.result('message_wait', { order: before })).variables.amount, 1)

    const after = randomUUID()
    const waiting = session.result('message_wait', { order: after })
    await sleep(700)
    await session.client.publishMessage({
      name: 'payment',
      correlationKey: after,
      variables: { amount: 2 },
      timeToLive: 0,
    })
    assert.equal((await waiting).variables.amount, 2)
  }),
)

test(
  'a timer lets the process wait',
  withSession(async (session) => {
    await session.deploy('timer_wait')
    const started = Date.now()
    await session.result('timer_wait', { duration: 'PT1S' })
    assert.ok(Date.now() - started > 900)
  }),
)

test(
  'a timer boundary event interrupts',
  withSession(async (session) => {
    await session.deploy('timer_boundary')
    assert.equal((await session.result('timer_boundary')).variables.late, true)
  }),
)

test(
  'gateways fork and join',
  withSession(async (session) => {
    await session.deploy('gateways')
    assert.deepEqual((await session.result('gateways', { amount: 5 })).variables, {
      type: session.type,
      amount: 5,
    })
    session.worker((job) => job.complete({ [job.elementId]: true }))
    const result = await session.result('gateways', { amount: 500 })
    assert.deepEqual(result.variables, { type: session.type, amount: 500, left: true, right: true })
  }),
)

test(
  'a sub-process with mappings',
  withSession(async (session) => {
    await session.deploy('sub_process')
    session.worker((job) => job.complete({ half: job.variables.total / 2 }))
    const result = await session.result('sub_process', { item: { price: 2.5, count: 4 } })
    assert.equal(result.variables.paid, 10)
    assert.equal(result.variables.half, undefined)
  }),
)

test(
  'a result holds the chosen variables',
  withSession(async (session) => {
    await session.deploy('straight')
    const result = await session.result('straight', { a: 1, b: 2 }, { fetchVariables: ['b'] })
    assert.deepEqual(result.variables, { b: 2 })
  }),
)

test(
  'a result that takes too long',
  withSession(async (session) => {
    await session.deploy('one_task')
    await assert.rejects(
      session.result('one_task', {}, { requestTimeout: 800 }),
      (error) => error.code === DEADLINE_EXCEEDED,
    )
    const job = await session.job()
    await session.client.completeJob({ jobKey: job.key, variables: {} })
  }),
)

test(
  'cancelling ends the instance',
  withSession(async (session) => {
    await session.deploy('one_task')
    const instance = await session.start('one_task')
    const job = await session.job()
    await session.client.cancelProcessInstance(instance.processInstanceKey)
    await assert.rejects(
      session.client.completeJob({ jobKey: job.key, variables: {} }),
      refused(NOT_FOUND, 'no such job'),
    )
    await assert.rejects(
      session.client.cancelProcessInstance(instance.processInstanceKey),
      refused(NOT_FOUND, 'no such process was found'),
    )
  }),
)

const REFUSALS = [
  [
    'unknown process',
    (c) => c.createProcessInstance({ bpmnProcessId: 'nope', variables: {} }),
    NOT_FOUND,
    "Expected to find process definition with process ID 'nope', but none found",
  ],
  [
    'unknown version',
    (c) => c.createProcessInstance({ bpmnProcessId: 'straight', version: 9999, variables: {} }),
    NOT_FOUND,
    "and version '9999', but none found",
  ],
  [
    'unknown job',
    (c) => c.failJob({ jobKey: ABSENT, retries: 1, errorMessage: '' }),
    NOT_FOUND,
    `Expected to fail job with key '${ABSENT}', but no such job was found`,
  ],
  [
    'unknown partition',
    (c) => c.completeJob({ jobKey: '123', variables: {} }),
    UNAVAILABLE,
    'Expected to execute command on partition 0',
  ],
  [
    'unknown incident',
    (c) => c.resolveIncident({ incidentKey: ABSENT }),
    NOT_FOUND,
    'no such incident was found',
  ],
  [
    'unknown scope',
    (c) => c.setVariables({ elementInstanceKey: ABSENT, variables: {}, local: true }),
    NOT_FOUND,
    'no such element was found',
  ],
  [
    'no retries to set',
    (c) => c.updateJobRetries({ jobKey: ABSENT, retries: 1 }),
    NOT_FOUND,
    'no such job was found',
  ],
]
for (const [name, call, code, text] of REFUSALS) {
  test(
    `refused: ${name}`,
    withSession(async (session) => {
      await session.deploy('straight')
      await assert.rejects(call(session.client), refused(code, text))
    }),
  )
}

/** Resolves the first incident above `after`: clients are not told incident keys, but keys are dense. */
async function resolveNextIncident(client, after, reach = 60n) {
  for (let key = after + 1n; key < after + reach; key += 1n) {
    try {
      await client.resolveIncident({ incidentKey: key.toString() })
      return key
    } catch (error) {
      assert.equal(error.code, NOT_FOUND, error.message)
    }
  }
  throw new Error(`no incident within ${reach} keys after ${after}`)
}
