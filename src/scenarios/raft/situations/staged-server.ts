import {
  applyFrame,
  assert,
  copyImage,
  type Delay,
  type DiskImage,
  type DurableNotice,
  type Frame,
  type LogImage,
  type NodeHost,
  type NodeId,
  NodeMachine,
  type Output,
  OutputGate,
  type Program,
  type TimerBox,
} from "../../../model/index.ts";
import type { RaftState } from "../../../protocols/index.ts";

/** A disk whose writes are durable when a play says so, or at once. */
export class StagedDisk {
  /** What the server sees: every write, durable or not. */
  seen: DiskImage = new Map();
  /** Writes are durable only when they are told to be. */
  waits = false;
  #durable: DiskImage = new Map();
  #pending: { readonly frame: Frame; readonly position: number }[] = [];
  #position = 0;

  /** Position up to which everything survives. */
  get position(): number {
    return this.#position;
  }

  /** Frames that are written and not durable. */
  get pending(): number {
    return this.#pending.length;
  }

  /** All writes of a step. */
  write(frame: Frame, position: number): void {
    this.#pending.push({ frame, position });
  }

  /** The oldest so many frames become durable. Returns the position that is reached. */
  sync(count: number = this.#pending.length): number {
    for (const { frame, position } of this.#pending.splice(0, count)) {
      applyFrame(this.#durable, frame);
      this.#position = position;
    }
    return this.#position;
  }

  /** What was not durable is gone. */
  crash(): void {
    this.#pending = [];
    this.seen = copyImage(this.#durable);
  }
}

/** What a server asks of the stage. */
export interface StageHost {
  readonly leave: (server: StagedServer, output: Output) => void;
  readonly observe: (
    server: StagedServer,
    kind: "request" | "indication",
    path: string,
    name: string,
    args: readonly unknown[],
  ) => void;
  readonly note: (server: StagedServer, path: string, text: string, detail: readonly unknown[]) => void;
  readonly clockMs: () => number;
}

/** One server on the stage: the shipped protocol on the machinery, with a disk that a play can stop. */
export class StagedServer {
  readonly id: NodeId;
  readonly name: string;
  readonly disk: StagedDisk = new StagedDisk();
  /** Notices of what is durable, on their way back into the server. */
  readonly notices: DurableNotice[] = [];
  /** Timers without a delay: they go off as soon as the server has nothing else to do. */
  readonly dueAtOnce: Set<TimerBox> = new Set();
  machine: NodeMachine;
  gate: OutputGate;
  up = true;
  wantsSettled = false;
  incarnation = 0;
  readonly #program: Program;
  readonly #nodes: readonly NodeId[];
  readonly #stage: StageHost;

  constructor(id: NodeId, program: Program, nodes: readonly NodeId[], stage: StageHost) {
    this.id = id;
    this.name = `s${id + 1}`;
    this.#program = program;
    this.#nodes = nodes;
    this.#stage = stage;
    this.gate = this.#newGate();
    this.machine = this.#make();
  }

  /** Raft's volatile state. */
  get state(): RaftState {
    return this.machine.at("")!.state as RaftState;
  }

  /** Raft's log, as the server sees it. */
  get log(): LogImage {
    return this.disk.seen.get("")?.logs.get("entries") ?? { first: 1, entries: [] };
  }

  /** A record on disk, as the server sees it. */
  record(name: string): unknown {
    return this.disk.seen.get("")?.records.get(name);
  }

  /** The timer of a name, which must be running. */
  timer(name: string): TimerBox {
    const box = this.machine.at("")!.timers.get(name);
    assert(box?.armed === true, `${this.name} waits for no ${name}`);
    return box;
  }

  /** Whether a timer is running. */
  isArmed(name: string): boolean {
    return this.machine.at("")!.timers.get(name)?.armed === true;
  }

  /** It stops, and what it had not made durable is gone. */
  crash(): void {
    this.up = false;
    this.disk.crash();
    this.notices.length = 0;
    this.dueAtOnce.clear();
  }

  /** A new life from what the disk kept. */
  recover(): void {
    this.up = true;
    this.incarnation++;
    this.wantsSettled = false;
    this.gate = this.#newGate();
    this.gate.advance(this.disk.position);
    this.machine = this.#make();
  }

  #newGate(): OutputGate {
    return new OutputGate((output) => this.#stage.leave(this, output));
  }

  #make(): NodeMachine {
    return new NodeMachine(this.#program, this.#host(), {
      self: this.id,
      nodes: this.#nodes,
      incarnation: this.incarnation,
      disk: this.disk.seen,
      gate: this.gate,
      freeze: true,
    });
  }

  #host(): NodeHost {
    return {
      write: (frame, position) => this.disk.write(frame, position),
      arm: (box, delay) => this.#arm(box, delay),
      disarm: (box) => {
        box.armed = false;
        this.dueAtOnce.delete(box);
      },
      wantSettled: () => {
        this.wantsSettled = true;
      },
      clock: () => this.#stage.clockMs(),
      random: () => 0,
      sign: (body) => ({ signer: this.id, body }),
      verify: () => true,
      note: (path, text, detail) => this.#stage.note(this, path, text, detail),
      observe: (kind, path, name, args) => this.#stage.observe(this, kind, path, name, args),
    };
  }

  #arm(box: TimerBox, delay: Delay): void {
    box.armed = true;
    if (delay === 0) this.dueAtOnce.add(box);
  }
}
