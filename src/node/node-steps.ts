import { sign, verify } from "node:crypto";
import {
  assert,
  type ChannelTable,
  clone,
  type DiskImage,
  encode,
  type Frame,
  type Incarnation,
  type NodeHost as MachineHost,
  type Message,
  type NodeId,
  NodeMachine,
  type Output,
  OutputGate,
  programOf,
  type Signed,
  type TraceKind,
} from "../model/index.ts";
import type { NodeHostOptions } from "./node-host-options.ts";
import { TimerQueue } from "./timer-queue.ts";
import { TraceRing } from "./trace-ring.ts";

/** Events that the trace keeps where nothing else is said. */
const traceEventsByDefault = 8_192;
/** What a turn may add to itself before sockets and disks get their turn. */
const eventsPerTurnMax = 10_000;
/** How often modules may be told in one turn that no more input is at hand. */
const settlesPerTurnMax = 4;

/** Something that this node still has to do after the step that it came from. */
type Pending =
  | { readonly kind: "message"; readonly message: Message }
  | Extract<Output, { readonly kind: "answer" | "durable" }>
  | { readonly kind: "request"; readonly name: string; readonly args: readonly unknown[] };

/** What steps need of sockets and disks. */
export interface StepSurroundings {
  readonly write: (frame: Frame, position: number) => void;
  readonly send: (to: NodeId, channel: number, keys: readonly number[] | null, body: unknown) => void;
  /** The turn is over: what was written and sent in it may go. */
  readonly flush: () => void;
  /** A handler or a listener threw: nothing more will be asked. */
  readonly failed: (error: unknown) => void;
}

const messageOf = (
  from: NodeId,
  to: NodeId,
  channel: number,
  keys: readonly number[] | null,
  body: unknown,
): Message => ({ kind: "message", from, to, channel, keys, body, due: 0, order: 0, event: 0 });

/**
 * The steps of one node: one event from outside at a time, with one reading of the clocks, and after it what the node has
 * to do for itself. At the end of a turn of the event loop modules that want to know are told that no more input is at
 * hand.
 */
export class NodeSteps {
  readonly machine: NodeMachine;
  readonly gate: OutputGate;
  readonly ring: TraceRing;
  readonly channels: ChannelTable;
  /** Steps that were run. */
  count = 0;
  readonly #options: NodeHostOptions;
  readonly #around: StepSurroundings;
  readonly #timers: TimerQueue;
  /** What modules see as `io.nodes`: it only grows. */
  readonly #nodes: NodeId[];
  #pending: Pending[] = [];
  /** A step runs, or what steps left is being handled: what comes now waits its turn. */
  #busy = false;
  #settleWanted = false;
  #turnDue = false;
  #cause = -1;
  #monotonic = 0;
  #wall = 0;
  #stopped = false;

  constructor(options: NodeHostOptions, around: StepSurroundings, disk: DiskImage, incarnation: Incarnation) {
    const { stack, self, addresses, traceEventsMax, nodes } = options;
    this.#options = options;
    this.#around = around;
    this.ring = new TraceRing(traceEventsMax ?? traceEventsByDefault);
    this.gate = new OutputGate((output) => this.#leave(output));
    this.#timers = new TimerQueue((box) =>
      this.#event("timer", -1, box.instance.path, box.name, () => this.machine.fire(box)),
    );
    this.#nodes = [...(nodes ?? addresses.keys())].sort((one, other) => one - other);
    const program = programOf(stack);
    this.channels = program.channels;
    this.machine = new NodeMachine(program, this.#host(), {
      self,
      nodes: this.#nodes,
      incarnation,
      disk,
      gate: this.gate,
      freeze: false,
    });
  }

  /** Members came: modules see them from now on. Those that go stay, for a module may still speak of them. */
  meet(members: Iterable<NodeId>): void {
    for (const member of members) {
      if (this.#nodes.includes(member)) continue;
      this.#nodes.push(member);
      this.#nodes.sort((one, other) => one - other);
    }
  }

  /** The first step. */
  boot(): void {
    this.#event("boot", -1, "", "", () => this.machine.boot());
  }

  /** A request from outside; asked for within a step, it runs after it. */
  request(name: string, args: readonly unknown[]): void {
    if (this.#busy) this.#pending.push({ kind: "request", name, args });
    else this.#event("call", -1, "", name, () => this.machine.request(name, args));
  }

  /** A message came, or the host has something to say on a channel of its own. */
  deliver(from: NodeId, channel: number, keys: readonly number[] | null, body: unknown): void {
    const message = messageOf(from, this.#options.self, channel, keys, body);
    if (this.#busy) this.#pending.push({ kind: "message", message });
    else this.#event("deliver", from, this.channels.nameOf(channel), "", () => void this.machine.deliver(message));
  }

  /** All writes up to `position` survive: what waited for them leaves. */
  durable(position: number): void {
    this.#event("durable", -1, "", "", () => this.gate.advance(position));
  }

  /** Ends the turn now. */
  endTurn(): void {
    // What wants another turn while this one ends gets it below.
    this.#turnDue = true;
    if (this.#stopped) return;
    this.#drain();
    // A module that sends its batch may wake the one below, which has the same input at hand.
    for (let round = 0; this.#settleWanted && !this.#stopped && round < settlesPerTurnMax; round++) {
      this.#settleWanted = false;
      this.#busy = true;
      this.#run("settled", -1, "", "", () => this.machine.settle());
      this.#drain();
    }
    this.#turnDue = false;
    if (this.#stopped) return;
    this.#around.flush();
    if (this.#settleWanted || this.#pending.length > 0) this.#endTurnSoon();
  }

  /** No timer goes off any more. */
  stopTimers(): void {
    this.#timers.stop();
  }

  /** Nothing happens any more. */
  stop(): void {
    this.#stopped = true;
    this.#timers.stop();
    this.#pending = [];
  }

  #host(): MachineHost {
    const { onInside, onMark, signing, self } = this.#options;
    const traced = this.#options.traceEventsMax !== 0;
    return {
      write: (frame, position) => this.#around.write(frame, position),
      arm: (box, delay) => this.#timers.arm(box, delay),
      disarm: (box) => this.#timers.disarm(box),
      wantSettled: () => {
        this.#settleWanted = true;
        this.#endTurnSoon();
      },
      clock: (which) => (which === "wall" ? this.#wall : this.#monotonic),
      random: (_path, _name, below) => Math.floor(Math.random() * below),
      sign: (body) => {
        assert(signing !== undefined, "this stack signs: give the host its signing keys");
        return { signer: self, body, proof: new Uint8Array(sign(null, encode([self, body]), signing.own)) };
      },
      verify: (signed) => this.#verify(signed),
      note: traced ? (path, text) => void this.#record("note", -1, path, text) : undefined,
      mark: onMark,
      observe: onInside,
    };
  }

  #verify({ signer, body, proof }: Signed<unknown>): boolean {
    const key = this.#options.signing?.all.get(signer);
    return key !== undefined && proof instanceof Uint8Array && verify(null, encode([signer, body]), key, proof);
  }

  /** One event from outside: its clock readings, its step, and what follows from it inside this node. */
  #event(kind: TraceKind, peer: number, path: string, name: string, step: () => void): void {
    if (this.#stopped) return;
    this.#busy = true;
    this.#run(kind, peer, path, name, step);
    this.#drain();
    this.#endTurnSoon();
  }

  #run(kind: TraceKind, peer: number, path: string, name: string, step: () => void): void {
    this.#monotonic = performance.now();
    this.#wall = Date.now();
    this.count++;
    this.#cause = -1;
    this.#cause = this.#record(kind, peer, path, name);
    try {
      step();
    } catch (error) {
      this.#around.failed(error);
    }
  }

  #record(kind: TraceKind, peer: number, path: string, name: string): number {
    return this.ring.add(kind, this.#monotonic, this.#wall, this.#cause, peer, path, name);
  }

  /** What steps left for this node itself: messages to itself, notices, answers. Each is a step of its own. */
  #drain(): void {
    this.#busy = true;
    for (let count = 0; this.#pending.length > 0 && count < eventsPerTurnMax; ) {
      const pending = this.#pending;
      this.#pending = [];
      for (const one of pending) {
        if (this.#stopped) return;
        this.#handle(one);
      }
      count += pending.length;
    }
    this.#busy = false;
    if (this.#pending.length > 0) this.#endTurnSoon();
  }

  #handle(one: Pending): void {
    if (one.kind === "message") {
      const { message } = one;
      this.#run("deliver", message.from, this.channels.nameOf(message.channel), "", () =>
        this.machine.deliver(message),
      );
    } else if (one.kind === "durable") {
      const { instance, name, args } = one;
      this.#run("durable", -1, instance.path, name, () => this.machine.durable(instance, name, args));
    } else if (one.kind === "request")
      this.#run("call", -1, "", one.name, () => this.machine.request(one.name, one.args));
    else this.#answer(one.name, one.args);
  }

  #answer(name: string, args: readonly unknown[]): void {
    try {
      this.#options.onIndication(name, args);
    } catch (error) {
      this.#around.failed(error);
    }
  }

  /** An output that may leave. Nothing runs here: this is the middle of a step. */
  #leave(output: Output): void {
    if (this.#stopped) return;
    if (output.kind !== "message") {
      if (output.kind === "answer") this.#record("answer", -1, "", output.name);
      this.#pending.push(output);
      return;
    }
    const { to, channel, keys, body } = output;
    this.#record("send", to, this.channels.nameOf(channel), "");
    // As from another node, the message shares nothing with the state of its sender.
    if (to === this.#options.self)
      this.#pending.push({ kind: "message", message: messageOf(to, to, channel, keys, clone(body)) });
    else this.#around.send(to, channel, keys, body);
  }

  #endTurnSoon(): void {
    if (this.#turnDue || this.#stopped) return;
    this.#turnDue = true;
    // After the input that is at hand now: sockets are read before the check phase.
    setImmediate(() => this.endTurn());
  }
}
