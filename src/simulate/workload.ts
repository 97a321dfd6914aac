import type { Choices, NodeId } from "../model/index.ts";
import type { Call, Draw, Script } from "./scenario.ts";

/** Draws of a workload, or of another concern, numbered by name as they are asked for. */
export const drawFrom = (choices: Choices, concern = "workload"): Draw => {
  const counts = new Map<string, number>();
  const next = (name: string): number => {
    const count = counts.get(name) ?? 0;
    counts.set(name, count + 1);
    return count;
  };
  const below = (name: string, alternatives: number): number =>
    alternatives <= 1 ? 0 : choices.below(`${concern}/${name}`, 0, next(name), alternatives);
  return {
    below,
    between: (name, from, to) => from + below(name, to - from + 1),
    chance: (name, probability) => choices.chance(`${concern}/${name}`, 0, next(name), probability),
    pick: (name, from) => from[below(name, from.length)]!,
  };
};

/** Where a script stands. */
export interface Running {
  readonly number: number;
  readonly node: NodeId;
  readonly script: Script;
  next: number;
  /** Names that complete the open call, or null. */
  waits: readonly string[] | null;
  over: boolean;
}

/** The calls that are left, at about their old times: what waited for an omitted call waits as long without it. */
const withoutOmitted = (calls: readonly Call[], isOmitted: (at: number) => boolean): readonly Call[] => {
  const left: Call[] = [];
  let waitedMs = 0;
  for (const [at, call] of calls.entries()) {
    waitedMs += call.afterMs ?? 0;
    if (isOmitted(at)) continue;
    left.push(waitedMs === (call.afterMs ?? 0) ? call : { ...call, afterMs: waitedMs });
    waitedMs = 0;
  }
  return left;
};

/** The clients of a run: each goes through its calls, one open call at a time. */
export class Workload {
  readonly #running: Running[];

  constructor(scripts: readonly Script[], choices: Choices) {
    this.#running = scripts.map((script, number) => ({
      number,
      node: script.node,
      // Leaving a call out is a choice that no seed makes: it is there for shrinking.
      script: { ...script, calls: withoutOmitted(script.calls, (at) => choices.forced("omit-call", number, at) !== 0) },
      next: 0,
      waits: null,
      over: script.calls.length === 0,
    }));
  }

  get scripts(): readonly Running[] {
    return this.#running;
  }

  /** Whether every client is through. */
  get done(): boolean {
    return this.#running.every(({ over }) => over);
  }

  /** The next call of a client; undefined when it has none or has one open. */
  peek(running: Running): Call | undefined {
    return running.over || running.waits !== null ? undefined : running.script.calls[running.next];
  }

  /** The client makes its next call. */
  made(running: Running): Call {
    const call = running.script.calls[running.next++]!;
    running.waits = call.until ?? null;
    if (running.waits === null && running.next >= running.script.calls.length) running.over = true;
    return call;
  }

  /** An indication left the top of a node: the clients there whose call it completes. */
  answered(node: NodeId, name: string): readonly Running[] {
    return this.#running.filter((running) => {
      if (running.node !== node || running.waits === null || !running.waits.includes(name)) return false;
      running.waits = null;
      if (running.next >= running.script.calls.length) running.over = true;
      return true;
    });
  }

  /** A node stopped for good: so did its clients. */
  abandoned(node: NodeId): void {
    for (const running of this.#running) if (running.node === node) running.over = true;
  }

  /** A node stopped: its clients' open calls have an unknown outcome. Those that go on do so after the recovery. */
  crashed(node: NodeId): void {
    for (const running of this.#running) {
      if (running.node !== node) continue;
      running.waits = null;
      if (running.script.resumes !== true || running.next >= running.script.calls.length) running.over = true;
    }
  }
}
