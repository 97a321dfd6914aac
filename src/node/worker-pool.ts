import { Worker, type WorkerOptions } from "node:worker_threads";

/** Words of the memory that a task shares with who started it: the worker counts beats, its starter asks it to stop. */
export const pulseBeat = 0;
export const pulseStop = 1;
/** The first word that is the task's own. */
export const pulseOwn = 2;
const pulseWords = 8;

/** Shared memory for one task, all words 0. */
export const makePulse = (): Int32Array => new Int32Array(new SharedArrayBuffer(4 * pulseWords));

/** Why a worker gave no answer. */
export type WorkerLoss = "silent" | "exited" | "failed" | "memory";

/** A worker that ended, or was ended, before it answered. The pool starts another one for the next task. */
export class WorkerLostError extends Error {
  override readonly name: string = "WorkerLostError";
  /** Tells this class from others where `instanceof` cannot, as across workers. */
  readonly code: "WORKER_LOST" = "WORKER_LOST";
  readonly reason: WorkerLoss;

  constructor(reason: WorkerLoss, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

/** How one task is watched. */
export interface TaskOptions {
  /** Milliseconds without a beat after which the worker is ended, from its first beat on. */
  readonly silenceMsMax: number;
  readonly pulse?: Int32Array;
  /** Called with what the task says before its answer. */
  readonly onNote?: (note: unknown) => void;
}

/** What a worker gets. */
export interface TaskMessage {
  readonly input: unknown;
  readonly pulse: Int32Array;
}

/** What a worker says. */
export type TaskReply =
  | { readonly kind: "note"; readonly note: unknown }
  | { readonly kind: "answer"; readonly answer: unknown };

interface Task {
  readonly input: unknown;
  readonly options: TaskOptions;
  readonly pulse: Int32Array;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
}

interface Member {
  readonly worker: Worker;
  task: Task | null;
  beat: number;
  heardAt: number;
  /** Whether it has begun its task: a thread that starts on a busy machine is not silent yet. */
  hasBegun: boolean;
}

const lookEveryMs = 25;
/** Milliseconds in which a worker begins its task. */
const beginMsMax = 60_000;

/**
 * A few workers that answer one task after the other. A worker that stays silent for too long, exits or fails is
 * replaced; its task is rejected with a WorkerLostError, the others go on.
 */
export class WorkerPool {
  readonly #script: URL;
  readonly #options: WorkerOptions;
  readonly #size: number;
  readonly #members = new Set<Member>();
  readonly #waiting: Task[] = [];
  #watch: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(script: URL, size: number, options: WorkerOptions = {}) {
    this.#script = script;
    this.#size = size;
    this.#options = options;
  }

  /** Answers one task, as soon as a worker is free. */
  run(input: unknown, options: TaskOptions): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#closed) return reject(new WorkerLostError("exited", "the pool is closed"));
      this.#waiting.push({ input, options, pulse: options.pulse ?? makePulse(), resolve, reject });
      this.#assign();
    });
  }

  /** Ends all workers; tasks without an answer are rejected. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#watch !== null) clearInterval(this.#watch);
    this.#watch = null;
    for (const task of this.#waiting.splice(0)) task.reject(new WorkerLostError("exited", "the pool was closed"));
    await Promise.all([...this.#members].map((member) => this.#lose(member, "exited", "the pool was closed")));
  }

  #assign(): void {
    while (this.#waiting.length > 0) {
      const member = [...this.#members].find(({ task }) => task === null) ?? this.#hire();
      if (member === undefined) return;
      const task = this.#waiting.shift()!;
      member.task = task;
      member.heardAt = performance.now();
      member.hasBegun = false;
      member.beat = Atomics.load(task.pulse, pulseBeat);
      member.worker.ref();
      member.worker.postMessage({ input: task.input, pulse: task.pulse } satisfies TaskMessage);
      this.#watch ??= setInterval(() => this.#look(), lookEveryMs);
    }
  }

  #hire(): Member | undefined {
    if (this.#members.size >= this.#size) return undefined;
    const worker = new Worker(this.#script, { ...this.#options, stdout: true });
    // What a worker prints is no answer: stdout belongs to who started it.
    worker.stdout.on("data", (chunk: Buffer) => void process.stderr.write(chunk));
    const member: Member = { worker, task: null, beat: 0, heardAt: 0, hasBegun: false };
    this.#members.add(member);
    worker.on("message", (reply: TaskReply) => this.#hear(member, reply));
    worker.on("error", (error: Error & { readonly code?: string }) => {
      const reason = error.code === "ERR_WORKER_OUT_OF_MEMORY" ? "memory" : "failed";
      this.#lose(member, reason, error.message, error).catch(() => {});
    });
    worker.on("exit", (code) => {
      this.#lose(member, "exited", `the worker exited with code ${code}`).catch(() => {});
    });
    return member;
  }

  #hear(member: Member, reply: TaskReply): void {
    const { task } = member;
    member.heardAt = performance.now();
    if (task === null) return;
    if (reply.kind === "note") return task.options.onNote?.(reply.note);
    member.task = null;
    // An idle worker keeps no process alive.
    member.worker.unref();
    task.resolve(reply.answer);
    this.#assign();
    this.#rest();
  }

  async #lose(member: Member, reason: WorkerLoss, message: string, cause?: Error): Promise<void> {
    if (!this.#members.delete(member)) return;
    member.task?.reject(new WorkerLostError(reason, message, cause === undefined ? {} : { cause }));
    member.task = null;
    this.#rest();
    const ended = member.worker.terminate();
    if (!this.#closed) this.#assign();
    await ended;
  }

  #look(): void {
    const now = performance.now();
    for (const member of this.#members) {
      const { task } = member;
      if (task === null) continue;
      const beat = Atomics.load(task.pulse, pulseBeat);
      if (beat !== member.beat) {
        member.beat = beat;
        member.heardAt = now;
        member.hasBegun = true;
      } else if (now - member.heardAt > this.#patienceMs(member, task)) {
        this.#lose(member, "silent", `no sign of life for ${this.#patienceMs(member, task)} ms`).catch(() => {});
      }
    }
  }

  #patienceMs({ hasBegun }: Member, { options: { silenceMsMax } }: Task): number {
    return hasBegun ? silenceMsMax : Math.max(beginMsMax, silenceMsMax);
  }

  /** Stops looking when nobody works: the timer would keep the process alive. */
  #rest(): void {
    if (this.#watch === null || [...this.#members].some(({ task }) => task !== null)) return;
    clearInterval(this.#watch);
    this.#watch = null;
  }
}
