import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { NodeId } from "../../model/index.ts";
import { replicaNodeOptions } from "../../service/index.ts";
import { exitStorage, exitUsage } from "../exit-code.ts";

/** The command itself, not the one that first looks whether a clone is built: it is, or nobody would be here. */
const command = fileURLToPath(new URL("../main.js", import.meta.url));
const killAfterMs = 10_000;
const restartMs = 500;

/** What hears the processes. */
export interface ReplicaProcessListener {
  /** A line of a replica for people. */
  readonly onLine: (id: NodeId, line: string) => void;
  /** A replica ended without being told to; whether it is started again. */
  readonly onEnd: (id: NodeId, how: string, isStartedAgain: boolean) => void;
}

/** The replicas of a local cluster as processes of their own. */
export class ReplicaProcesses {
  readonly #files: ReadonlyMap<NodeId, string>;
  readonly #restarts: boolean;
  readonly #listener: ReplicaProcessListener;
  readonly #children = new Map<NodeId, ChildProcess>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #stopping = false;

  constructor(files: ReadonlyMap<NodeId, string>, restarts: boolean, listener: ReplicaProcessListener) {
    this.#files = files;
    this.#restarts = restarts;
    this.#listener = listener;
  }

  /** Starts every replica. */
  start(): void {
    for (const id of this.#files.keys()) this.#start(id);
  }

  /** How many run. */
  get running(): number {
    return this.#children.size;
  }

  /** The processes that run, by replica. */
  get pids(): ReadonlyMap<NodeId, number> {
    return new Map([...this.#children].flatMap(([id, { pid }]) => (pid === undefined ? [] : [[id, pid]])));
  }

  /** Tells all to stop, and waits until they have; those that do not are killed. */
  async stop(): Promise<void> {
    this.#stopping = true;
    for (const timer of this.#timers) clearTimeout(timer);
    const children = [...this.#children.values()];
    const ends = children.map((child) => new Promise((resolve) => child.once("exit", resolve)));
    for (const child of children) child.kill("SIGTERM");
    const hard = setTimeout(() => {
      for (const child of children) child.kill("SIGKILL");
    }, killAfterMs);
    await Promise.all(ends);
    clearTimeout(hard);
  }

  #start(id: NodeId): void {
    // A process group of its own: Ctrl-C reaches this process alone, which then stops them in order.
    const child = spawn(process.execPath, [...replicaNodeOptions, command, "serve", "--config", this.#files.get(id)!], {
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    this.#children.set(id, child);
    for (const stream of [child.stdout, child.stderr]) {
      let rest = "";
      stream.setEncoding("utf8").on("data", (text: string) => {
        const lines = (rest + text).split("\n");
        rest = lines.pop()!;
        for (const line of lines) this.#listener.onLine(id, line);
      });
    }
    child.once("exit", (code, signal) => this.#ended(id, code, signal));
  }

  #ended(id: NodeId, code: number | null, signal: string | null): void {
    this.#children.delete(id);
    if (this.#stopping) return;
    // A configuration that is wrong and a log that is damaged are so the next time too.
    const isStartedAgain = this.#restarts && code !== exitUsage && code !== exitStorage;
    this.#listener.onEnd(id, signal === null ? `ended with code ${code}` : `was ended by ${signal}`, isStartedAgain);
    if (!isStartedAgain) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#start(id);
    }, restartMs);
    this.#timers.add(timer);
  }
}
