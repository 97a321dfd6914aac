import {
  type DiskImage,
  decode,
  encode,
  type NodeHost,
  type NodeId,
  NodeMachine,
  type Output,
  OutputGate,
  type Program,
} from "../model/index.ts";
import type { SettleItem, SyncItem } from "./agenda.ts";
import type { Behaviour } from "./fault.ts";
import type { NodeClock } from "./node-clock.ts";
import { SimulatedDisk } from "./simulated-disk.ts";

/** How the nodes of a run are checked while they run. */
export interface Laws {
  /** Throw every node away and make it again from (state, disk) before each of its events: no hidden state. */
  readonly rebuild: boolean;
  /** Freeze what is sent, indicated or written: no aliasing. */
  readonly freeze: boolean;
}

/** What a simulated node is made of. */
export interface NodeMakings {
  readonly id: NodeId;
  readonly name: string;
  readonly program: Program;
  readonly host: NodeHost;
  readonly nodes: readonly NodeId[];
  readonly clock: NodeClock;
  readonly laws: Laws;
  readonly leave: (output: Output) => void;
}

/** One node of a simulation: its machine, its disk, and what has been done to it. */
export class SimulatedNode {
  readonly id: NodeId;
  readonly name: string;
  readonly clock: NodeClock;
  readonly disk: SimulatedDisk = new SimulatedDisk();
  machine: NodeMachine;
  gate: OutputGate;
  up = true;
  /** It has yet to start for the first time. */
  isToCome = false;
  /** A crash that nothing mends. */
  stopped = false;
  /** Nothing that is said to it arrives any more. */
  deaf = false;
  everCrashed = false;
  /** What this incarnation has on the agenda time and again. */
  syncItem: SyncItem = { kind: "sync", node: 0, incarnation: 0 };
  settleItem: SettleItem = { kind: "settle", node: 0, incarnation: 0 };
  incarnation = 0;
  pausedUntil = 0;
  slowness = 1;
  diskSlowness = 1;
  diskFull = false;
  settleAsked = false;
  /** How many more outputs may leave before it crashes; -1 when no crash is due. */
  outputsLeft = -1;
  behaviour: Behaviour | null = null;
  syncs = 0;
  readonly draws: Map<string, number> = new Map();
  readonly #program: Program;
  readonly #host: NodeHost;
  readonly #nodes: readonly NodeId[];
  readonly #laws: Laws;
  readonly #leave: (output: Output) => void;

  constructor({ id, name, program, host, nodes, clock, laws, leave }: NodeMakings) {
    this.id = id;
    this.name = name;
    this.clock = clock;
    this.#program = program;
    this.#host = host;
    this.#nodes = nodes;
    this.#laws = laws;
    this.#leave = leave;
    this.gate = new OutputGate(leave);
    this.#makeItems();
    this.machine = this.#make(this.disk.seen, false);
  }

  /** A new incarnation from what the disk kept. */
  reboot(): void {
    this.incarnation++;
    this.up = true;
    this.outputsLeft = -1;
    this.settleAsked = false;
    this.#makeItems();
    this.gate = new OutputGate(this.#leave);
    this.gate.advance(this.disk.position);
    this.machine = this.#make(this.disk.seen, false);
  }

  /** The law of no hidden state: the same node again, from its state and its disk alone. */
  rebuild(): void {
    if (!this.#laws.rebuild) return;
    const before = this.machine;
    this.disk.seen = decode(encode(this.disk.seen)) as DiskImage;
    const machine = this.#make(this.disk.seen, true);
    machine.restore(decode(encode(before.volatile())));
    for (const old of before.instances) {
      const renewed = machine.at(old.path);
      if (renewed === undefined) continue;
      renewed.touched = old.touched;
      for (const [key, box] of old.timers) {
        box.instance = renewed;
        renewed.timers.set(key, box);
      }
    }
    this.machine = machine;
  }

  #makeItems(): void {
    this.syncItem = { kind: "sync", node: this.id, incarnation: this.incarnation };
    this.settleItem = { kind: "settle", node: this.id, incarnation: this.incarnation };
  }

  #make(seen: DiskImage, restoring: boolean): NodeMachine {
    return new NodeMachine(this.#program, this.#host, {
      self: this.id,
      nodes: this.#nodes,
      incarnation: this.incarnation,
      disk: seen,
      gate: this.gate,
      freeze: this.#laws.freeze,
      restoring,
    });
  }
}
