import {
  applyFrame,
  assert,
  type Choices,
  clone,
  copyImage,
  type Delay,
  type DiskImage,
  equal,
  type Frame,
  type Message,
  type NodeHost,
  NodeMachine,
  type Output,
  type Program,
  type TimerBox,
  timerBox,
} from "../model/index.ts";
import { type Script, signSymbolically, verifySymbolically } from "../simulate/index.ts";
import type { ArmedTimer, CarriedMessage, ClientImage, Happening, NodeEvent, NodeImage } from "./node-image.ts";
import { StepGate } from "./step-gate.ts";

/** How the nodes of a search are run. */
export interface StepOptions {
  readonly programs: readonly Program[];
  readonly nodes: readonly number[];
  /** Every script of every workload that is explored, by number. */
  readonly scripts: readonly Script[];
  /** `at once`: what a step wrote is durable at its end. `later`: each sync is an event, and a crash may come before. */
  readonly sync: "at once" | "later";
  /** `at once`: with a step goes what the node does by itself then, notices and what is batched. `later`: as events. */
  readonly settles: "at once" | "later";
  /** Whether a message that is on its way may come any number of times: then to send it twice is to send it once. */
  readonly repeats: boolean;
  /** Whether delays of timers order them; else any timer that is set may fire. */
  readonly ordersTimers: boolean;
  /** Whether a node that crashed may come back. */
  readonly recovers: boolean;
  /** Report what happens at the ports inside the nodes. */
  readonly looksInside: boolean;
  /** Report notes and what is written, for a trace. */
  readonly narrates: boolean;
}

/** What the modules asked of the host that a search has not: its clocks. */
export class NoClock {
  readonly text: string;

  constructor(node: number) {
    this.text = `process ${node} reads its clock, and exhaustive search has no time`;
  }
}

/** Notices and batches of one step, at most. */
const turnsMax = 1_000;

const timerKeyOf = (path: string, box: TimerBox): string => `${path}\n${box.key}`;
const byKey = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number =>
  a < b ? -1 : a > b ? 1 : 0;

/** One step of one node: the machine is made from its image, the event runs, the image is taken again. */
export class NodeStep {
  readonly happenings: Happening[] = [];
  readonly #options: StepOptions;
  readonly #before: NodeImage;
  readonly #choices: Choices;
  readonly #gate: StepGate = new StepGate((output) => this.#leave(output));
  readonly #timers = new Map<string, ArmedTimer>();
  readonly #notices: { path: string; name: string; args: readonly unknown[] }[];
  readonly #clients: { script: number; next: number; waits: boolean }[];
  readonly #frames: Frame[];
  readonly #durable: DiskImage;
  #synced = 0;
  #draws = 0;

  /** @param before An image of which nobody else has a reference: the step works on it. */
  constructor(options: StepOptions, before: NodeImage, choices: Choices) {
    this.#options = options;
    this.#before = before;
    this.#choices = choices;
    this.#notices = [...before.notices];
    this.#clients = before.clients.map(({ script, next, waits }) => ({ script, next, waits }));
    this.#frames = [...before.frames];
    this.#durable = before.durable;
  }

  /** Runs an event and gives the node afterwards. What the protocol throws is thrown. */
  run(event: NodeEvent): NodeImage {
    if (event.kind === "crash") return this.#crash(event.kept, event.torn);
    if (event.kind === "boot" || event.kind === "recover") return this.#boot(event.kind);
    const machine = this.#revive();
    this.#happen(machine, event);
    this.#finish(machine);
    return this.#after(machine);
  }

  /** Nothing more comes: notices of writes that are durable, and batches. */
  #finish(machine: NodeMachine): void {
    if (this.#options.settles === "later") return;
    for (let turns = 0; turns < turnsMax; turns++) {
      if (this.#notices.length > 0) this.#notice(machine);
      else if ((machine.volatile() as Volatile).settling.length > 0) machine.settle();
      else return;
    }
    throw new Error("a process goes on writing or batching by itself and never comes to rest");
  }

  #happen(machine: NodeMachine, event: Exclude<NodeEvent, { kind: "crash" | "boot" | "recover" }>): void {
    switch (event.kind) {
      case "deliver":
        machine.deliver(messageOf(event.message));
        return;
      case "timer":
        return this.#fire(machine, event);
      case "call":
        return this.#call(machine, event.client);
      case "sync":
        return this.#sync();
      case "settle":
        return machine.settle();
      case "notice":
        return this.#notice(machine);
    }
  }

  // --- a machine from an image, and back ---

  #make(incarnation: number, seen: DiskImage): NodeMachine {
    const { node } = this.#before;
    return new NodeMachine(this.#options.programs[node]!, this.#host(), {
      self: node,
      nodes: this.#options.nodes,
      incarnation,
      disk: seen,
      gate: this.#gate,
      freeze: false,
    });
  }

  #revive(): NodeMachine {
    const { volatile, incarnation, life, held, timers } = this.#before;
    assert(life === "up", "only a node that is up takes an event");
    const seen = copyImage(this.#durable);
    for (const frame of this.#frames) applyFrame(seen, frame);
    const machine = this.#make(incarnation, seen);
    machine.restore(volatile);
    for (const { path, name, args, from, to } of timers) {
      const instance = machine.at(path);
      assert(instance !== undefined, `a timer of ${path} outlived its module`);
      const box = timerBox(instance, name, args);
      box.armed = true;
      this.#timers.set(timerKeyOf(path, box), { path, name, args, from, to });
    }
    for (const { after, output } of held) {
      if (output.kind === "message") this.#gate.pass(messageOf(output.message), after);
      else if (output.kind === "answer")
        this.#gate.pass({ kind: "answer", name: output.name, args: output.args, event: 0 }, after);
      else {
        const { path, name, args } = output.notice;
        const instance = machine.at(path);
        if (instance !== undefined) this.#gate.pass({ kind: "durable", instance, name, args }, after);
      }
    }
    return machine;
  }

  #after(machine: NodeMachine): NodeImage {
    const timers = [...this.#timers];
    // Where delays mean nothing neither does the order in which timers were set.
    if (!this.#options.ordersTimers) timers.sort(byKey);
    return {
      node: machine.self,
      incarnation: machine.incarnation,
      life: "up",
      volatile: relative(machine.volatile() as Volatile, this.#synced),
      durable: this.#durable,
      frames: this.#frames,
      held: this.#held(),
      timers: timers.map(([, timer]) => timer),
      notices: this.#notices,
      clients: this.#clients,
    };
  }

  #held(): NodeImage["held"] {
    const held: NodeImage["held"][number][] = [];
    for (const { output, after } of this.#gate.waiting) {
      const each = { after: after - this.#synced, output: heldOf(output) };
      const isAgain =
        output.kind === "message" &&
        held.some((before) => before.after <= each.after && equal(before.output, each.output));
      if (!(isAgain && this.#options.repeats)) held.push(each);
    }
    return held;
  }

  // --- events ---

  #boot(kind: "boot" | "recover"): NodeImage {
    const incarnation = kind === "boot" ? 0 : this.#before.incarnation + 1;
    const machine = this.#make(incarnation, copyImage(this.#durable));
    machine.boot();
    this.#finish(machine);
    return this.#after(machine);
  }

  #fire(machine: NodeMachine, { path, name, args }: Extract<NodeEvent, { kind: "timer" }>): void {
    const instance = machine.at(path);
    assert(instance !== undefined, `a timer of ${path} outlived its module`);
    const box = timerBox(instance, name, args);
    box.armed = false;
    this.#timers.delete(timerKeyOf(path, box));
    machine.fire(box);
  }

  #call(machine: NodeMachine, at: number): void {
    const client = this.#clients[at]!;
    const call = this.#options.scripts[client.script]!.calls[client.next]!;
    client.next++;
    client.waits = call.until !== undefined;
    machine.request(call.request, call.args);
  }

  #sync(): void {
    applyFrame(this.#durable, this.#frames.shift()!);
    this.#synced++;
    if (this.#options.narrates) this.happenings.push({ kind: "disk", name: "sync", data: this.#synced });
    this.#gate.advance(this.#synced);
  }

  #notice(machine: NodeMachine): void {
    const { path, name, args } = this.#notices.shift()!;
    const instance = machine.at(path);
    if (instance !== undefined) machine.durable(instance, name, args);
  }

  /** The clients whose calls are open never learn what became of them; those that go on do so after a recovery. */
  #crash(kept: number, torn: number): NodeImage {
    const { node, incarnation } = this.#before;
    const { recovers, scripts } = this.#options;
    for (const frame of this.#frames.slice(0, kept)) applyFrame(this.#durable, frame);
    if (torn > 0) applyFrame(this.#durable, this.#frames[kept]!.slice(0, torn));
    const clients = this.#clients.map(({ script, next }): ClientImage => {
      const { calls, resumes } = scripts[script]!;
      return { script, next: recovers && resumes === true ? next : calls.length, waits: false };
    });
    return {
      node,
      incarnation,
      life: recovers ? "down" : "stopped",
      volatile: null,
      // A node that never comes back has no use for its disk.
      durable: recovers ? this.#durable : new Map(),
      frames: [],
      held: [],
      timers: [],
      notices: [],
      clients,
    };
  }

  // --- what leaves ---

  #leave(output: Output): void {
    if (output.kind === "message") this.happenings.push({ kind: "send", message: carriedOf(output) });
    else if (output.kind === "durable")
      this.#notices.push({ path: output.instance.path, name: output.name, args: output.args });
    else {
      this.happenings.push({ kind: "answer", name: output.name, args: output.args });
      this.#answered(output.name);
    }
  }

  #answered(name: string): void {
    for (const client of this.#clients) {
      if (!client.waits) continue;
      const call = this.#options.scripts[client.script]!.calls[client.next - 1]!;
      if (call.until?.includes(name) === true) client.waits = false;
    }
  }

  #write(frame: Frame, position: number): void {
    if (this.#options.narrates) this.happenings.push({ kind: "disk", name: "write", data: frame });
    // What is on disk stays as it was written, whatever the module does to its value later.
    this.#frames.push(clone(frame));
    if (this.#options.sync === "later") return;
    applyFrame(this.#durable, this.#frames.shift()!);
    this.#synced = position;
    this.#gate.advance(position);
  }

  #arm(box: TimerBox, delay: Delay): void {
    box.armed = true;
    const { path } = box.instance;
    const key = timerKeyOf(path, box);
    const { from, to } = typeof delay === "number" ? { from: delay, to: delay } : delay;
    const orders = this.#options.ordersTimers;
    // Set again it goes to the end: timers of one time fire in the order in which they were set.
    this.#timers.delete(key);
    this.#timers.set(key, { path, name: box.name, args: box.args, from: orders ? from : 0, to: orders ? to : 0 });
  }

  #host(): NodeHost {
    const { node } = this.#before;
    const { looksInside, narrates } = this.#options;
    return {
      write: (frame, position) => this.#write(frame, position),
      arm: (box, delay) => this.#arm(box, delay),
      disarm: (box) => {
        box.armed = false;
        this.#timers.delete(timerKeyOf(box.instance.path, box));
      },
      wantSettled: () => undefined,
      clock: () => {
        throw new NoClock(node);
      },
      random: (path, name, below) => this.#choices.below(`${path}/${name}`, node, this.#draws++, below),
      sign: (body) => signSymbolically(node, body),
      verify: verifySymbolically,
      note: narrates
        ? (path, text, detail) => void this.happenings.push({ kind: "note", path, name: text, args: detail })
        : undefined,
      observe: looksInside
        ? (kind, path, name, args) => void (path === "" || this.happenings.push({ kind, path, name, args }))
        : undefined,
    };
  }
}

/** The parts of the volatile state of a machine that a search looks at. */
interface Volatile {
  readonly settling: readonly string[];
  readonly positions: readonly (readonly [number, number])[];
  readonly issued: number;
}

/** Positions from what is durable on: what is durable holds nothing back, whatever its number. */
const relative = (volatile: Volatile, synced: number): Volatile => ({
  ...volatile,
  positions: volatile.positions.map(([record, log]) => [Math.max(0, record - synced), Math.max(0, log - synced)]),
  issued: volatile.issued - synced,
});

const carriedOf = ({ from, to, channel, keys, body }: Message): CarriedMessage => ({ from, to, channel, keys, body });

const messageOf = ({ from, to, channel, keys, body }: CarriedMessage): Message => ({
  kind: "message",
  from,
  to,
  channel,
  keys,
  body,
  due: 0,
  order: 0,
  event: 0,
});

const heldOf = (output: Output): NodeImage["held"][number]["output"] => {
  if (output.kind === "message") return { kind: "message", message: carriedOf(output) };
  if (output.kind === "answer") return { kind: "answer", name: output.name, args: output.args };
  const { instance, name, args } = output;
  return { kind: "durable", notice: { path: instance.path, name, args } };
};

/** The timers of a node that may fire next: one that is surely due earlier and was set no later goes first. */
const firable = (timers: readonly ArmedTimer[], orders: boolean): readonly ArmedTimer[] =>
  orders ? timers.filter(({ from }, at) => !timers.slice(0, at).some((earlier) => earlier.to <= from)) : timers;

/** Everything that a node can do by itself, in a settled order: all but deliveries. */
export const ownEvents = (
  { life, notices, clients, timers, frames, volatile }: NodeImage,
  { scripts, ordersTimers, recovers }: StepOptions,
  tears: boolean,
): readonly NodeEvent[] => {
  if (life === "down") return recovers ? [{ kind: "recover" }] : [];
  if (life !== "up") return [];
  const crashes: NodeEvent[] = [];
  for (let kept = 0; kept <= frames.length; kept++) {
    crashes.push({ kind: "crash", kept, torn: 0 });
    for (let torn = 1; tears && torn < (frames[kept]?.length ?? 0); torn++) crashes.push({ kind: "crash", kept, torn });
  }
  // A notice comes back at once: nothing else reaches the node before it, but its end may.
  if (notices.length > 0) return [{ kind: "notice" }, ...crashes];
  const events: NodeEvent[] = [];
  for (const [at, { script, next, waits }] of clients.entries())
    if (!waits && next < scripts[script]!.calls.length) events.push({ kind: "call", client: at });
  for (const { path, name, args } of firable(timers, ordersTimers)) events.push({ kind: "timer", path, name, args });
  if (frames.length > 0) events.push({ kind: "sync" });
  if ((volatile as Volatile).settling.length > 0) events.push({ kind: "settle" });
  return [...events, ...crashes];
};
