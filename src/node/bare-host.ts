import { type KeyObject, sign, verify } from "node:crypto";
import { join } from "node:path";
import {
  type AnyBound,
  type ClockKind,
  type Delay,
  decode,
  encode,
  type Message,
  type NodeHost,
  type NodeId,
  NodeMachine,
  type Output,
  OutputGate,
  programOf,
  type Signed,
  type TimerBox,
} from "../model/index.ts";
import { FrameLog } from "./frame-log.ts";
import { type Address, PeerLinks } from "./peer-links.ts";

/** A peer that sends anything else sends nothing that a node could be at fault for. */
const areKeys = (keys: unknown): boolean =>
  keys === null || (Array.isArray(keys) && keys.every((key) => Number.isSafeInteger(key) && key >= 0));

/** What a node on sockets and files is made of. */
export interface BareHostOptions {
  readonly stack: AnyBound;
  readonly self: NodeId;
  /** Where each process listens, by id. */
  readonly addresses: readonly Address[];
  /** A folder that exists; the node keeps its log there. */
  readonly directory: string;
  /** Ed25519: the node's own key and everybody's public one; needed by protocols that sign. */
  readonly keys?: { readonly own: KeyObject; readonly all: readonly KeyObject[] };
  /** An indication that left the top of the stack. */
  readonly onAnswer: (name: string, args: readonly unknown[]) => void;
  /** Everything at the ports inside. */
  readonly onInside?: NonNullable<NodeHost["observe"]>;
  /** A handler threw, or the disk failed: the node has stopped. */
  readonly onFailure: (error: unknown) => void;
}

/**
 * The smallest host that runs a stack unchanged on TCP and files. It is there to prove that the contract needs no
 * simulator: durable before visible, timers, settled, signatures and message tags all work here as they do there.
 */
export class BareHost {
  readonly #options: BareHostOptions;
  readonly #machine: NodeMachine;
  readonly #gate: OutputGate;
  readonly #log: FrameLog;
  readonly #links: PeerLinks;
  readonly #timers = new Map<TimerBox, NodeJS.Timeout>();
  readonly #channels: readonly string[];
  #settling = false;
  /** What the clocks showed when the event came that is being handled: all that it sets off reads the same. */
  #readings: Readonly<Record<ClockKind, number>> = { monotonic: 0, wall: 0 };
  #stopped = false;

  constructor(options: BareHostOptions) {
    const { stack, self, addresses, directory } = options;
    this.#options = options;
    this.#gate = new OutputGate((output) => this.#leave(output));
    this.#log = new FrameLog(
      join(directory, `node-${self}.log`),
      (position) => this.#guard(() => this.#gate.advance(position)),
      (error) => this.#fail(error),
    );
    const program = programOf(stack);
    this.#channels = program.channels.names;
    this.#links = new PeerLinks(self, addresses, (from, body) => this.#receive(from, body));
    const site = { self, nodes: addresses.map((_, node) => node), incarnation: this.#bootCount() };
    const disk = this.#log.image;
    this.#machine = new NodeMachine(program, this.#host(), { ...site, disk, gate: this.#gate, freeze: true });
  }

  /** Listens, then boots the stack. */
  async start(): Promise<void> {
    await this.#links.listen();
    this.#guard(() => this.#machine.boot());
  }

  /** A request from outside at the top of the stack. */
  request(name: string, ...args: readonly unknown[]): void {
    this.#guard(() => this.#machine.request(name, args));
  }

  /** Stops at once, as a crash does: nothing that was held leaves. */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#log.close();
    await this.#links.close();
  }

  #host(): NodeHost {
    const { keys, self, onInside } = this.#options;
    return {
      write: (frame, position) => this.#log.write(frame, position),
      arm: (box, delay) => this.#arm(box, delay),
      disarm: (box) => this.#disarm(box),
      wantSettled: () => this.#wantSettled(),
      clock: (which) => this.#readings[which],
      random: (_path, _name, below) => Math.floor(Math.random() * below),
      sign: (body) => {
        if (keys === undefined) throw new Error("this stack signs: give the host keys");
        return { signer: self, body, proof: new Uint8Array(sign(null, encode([self, body]), keys.own)) };
      },
      verify: (signed) => this.#verify(signed),
      observe: onInside,
    };
  }

  #verify({ signer, body, proof }: Signed<unknown>): boolean {
    const key = this.#options.keys?.all.at(signer);
    return key !== undefined && proof instanceof Uint8Array && verify(null, encode([signer, body]), key, proof);
  }

  #leave(output: Output): void {
    if (output.kind === "answer") this.#options.onAnswer(output.name, output.args);
    else if (output.kind === "durable")
      setImmediate(() => this.#guard(() => this.#machine.durable(output.instance, output.name, output.args)));
    else this.#send(output);
  }

  #send({ to, channel, keys, body }: Message): void {
    const tagged = [this.#channels[channel], keys, body];
    if (to === this.#options.self) setImmediate(() => this.#receive(to, decode(encode(tagged))));
    else this.#links.send(to, tagged);
  }

  #receive(from: NodeId, tagged: unknown): void {
    if (!Array.isArray(tagged) || tagged.length !== 3) return;
    const [name, keys, body] = tagged as [string, readonly number[] | null, unknown];
    // Unlike stacks share some channels only: a message for another stack's channel is for nobody here.
    const channel = this.#channels.indexOf(name);
    if (channel < 0 || !areKeys(keys)) return;
    const message = { kind: "message", from, to: this.#options.self, channel, keys, body } as const;
    this.#guard(() => this.#machine.deliver({ ...message, due: 0, order: 0, event: 0 }));
  }

  #arm(box: TimerBox, delay: Delay): void {
    this.#disarm(box);
    box.armed = true;
    const delayMs = typeof delay === "number" ? delay : delay.from + Math.random() * (delay.to - delay.from);
    const goesOff = (): void => {
      this.#disarm(box);
      this.#guard(() => this.#machine.fire(box));
    };
    this.#timers.set(box, setTimeout(goesOff, delayMs));
  }

  #disarm(box: TimerBox): void {
    clearTimeout(this.#timers.get(box));
    this.#timers.delete(box);
    box.armed = false;
  }

  #wantSettled(): void {
    if (this.#settling) return;
    this.#settling = true;
    // After the input that is at hand now: sockets are read before the check phase.
    setImmediate(() => {
      this.#settling = false;
      this.#guard(() => this.#machine.settle());
    });
  }

  /**
   * How often this node was started, counted on its own disk, and durable before anything leaves: with the same number
   * twice, peers would take new messages for old ones.
   */
  #bootCount(): number {
    const count = (this.#log.image.get("(host)")?.records.get("boots") as number | undefined) ?? 0;
    this.#log.writeDurably([{ kind: "set", path: "(host)", name: "boots", value: count + 1 }]);
    return count;
  }

  #guard(step: () => void): void {
    if (this.#stopped) return;
    this.#readings = { monotonic: performance.now(), wall: Date.now() };
    try {
      step();
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    void this.stop();
    this.#options.onFailure(error);
  }
}
