// A zeebe-node client for one test, with a job type of its own so that tests do not take each other's jobs.
const { randomUUID } = require('node:crypto')
const path = require('node:path')
const { ZBClient } = require('zeebe-node')

const GATEWAY = process.env.TIDEMILL_GATEWAY || '127.0.0.1:26500'
const PROCESSES = process.env.TIDEMILL_TEST_PROCESSES || path.resolve(__dirname, '../../processes')

const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds))

class Session {
  constructor() {
    this.client = new ZBClient(GATEWAY, { retry: false, loglevel: 'NONE', longPoll: 2000 })
    this.type = `node-${randomUUID()}`
    this.workers = []
  }

  file(name) {
    return path.join(PROCESSES, `${name}.bpmn`)
  }

  deploy(name) {
    return this.client.deployResource({ processFilename: this.file(name) })
  }

  start(bpmnProcessId, variables = {}) {
    return this.client.createProcessInstance({
      bpmnProcessId,
      variables: { type: this.type, ...variables },
    })
  }

  result(bpmnProcessId, variables = {}, options = {}) {
    return this.client.createProcessInstanceWithResult({
      bpmnProcessId,
      variables: { type: this.type, ...variables },
      requestTimeout: 30000,
      ...options,
    })
  }

  /** Polls until one job of this session's type came, or fails after ten seconds. */
  async job(options = {}) {
    const until = Date.now() + 10000
    while (Date.now() < until) {
      const jobs = await this.jobs(options)
      if (jobs.length > 0) return jobs[0]
    }
    throw new Error(`no job of type ${this.type} came`)
  }

  /** One poll. The client's promise never settles when the poll ends without a job: then a timer answers. */
  jobs(options = {}) {
    const jobs = this.client.activateJobs({
      type: this.type,
      worker: 'node',
      timeout: 60000,
      maxJobsToActivate: 1,
      requestTimeout: 2000,
      ...options,
    })
    return Promise.race([jobs, sleep(2500).then(() => [])])
  }

  worker(taskHandler, options = {}) {
    const worker = this.client.createWorker({
      taskType: this.type,
      taskHandler,
      loglevel: 'NONE',
      ...options,
    })
    this.workers.push(worker)
    return worker
  }

  async close() {
    await this.client.close()
  }
}

/** Runs a test body with a session that is closed in the end. */
const withSession = (body) => async () => {
  // The client's own timers do not keep the process alive, so something here has to.
  const alive = setInterval(() => {}, 1000)
  const session = new Session()
  try {
    await body(session)
  } finally {
    await session.close()
    clearInterval(alive)
  }
}

module.exports = { Session, sleep, withSession }
