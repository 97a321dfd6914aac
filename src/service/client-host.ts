import {
  type AnyBound,
  type Bound,
  type ClockKind,
  type NodeHost as MachineHost,
  type NodeId,
  NodeMachine,
  type Output,
  OutputGate,
  programOf,
  type Sessions,
} from "../model/index.ts";
import { hostSessions, type SessionNews, sessionChannelPrefix } from "../node/index.ts";
import { TimerQueue } from "../node/timer-queue.ts";

const clientSessions = "clients";
const clientChannel = `${sessionChannelPrefix}${clientSessions}`;

/** The port of sessions at the bottom of the stack of a client. */
export const sessionsOfClient = <M>(): Bound<Sessions<M>> => hostSessions<M>(clientSessions);

/** What carries the messages of a client to replicas. */
export interface ClientCarrier {
  /** A message for a replica; dropped without a connection, of whose end the module was told. */
  readonly send: (to: NodeId, message: unknown) => void;
  /** Nothing more is sent in this turn. */
  readonly flush: () => void;
}

/** What a client is made of. */
export interface ClientHostOptions {
  /** The client's own modules, above one port of sessions that the host gives. */
  readonly stack: AnyBound;
  /** The id of the client: no replica's. */
  readonly self: NodeId;
  readonly servers: readonly NodeId[];
  readonly carrier: ClientCarrier;
  readonly onIndication: (name: string, args: readonly unknown[]) => void;
  /** A handler threw: a fault of ours. */
  readonly onFailure: (error: unknown) => void;
  /** A rare path was taken. */
  readonly onMark?: ((module: string, name: string) => void) | undefined;
}

/**
 * Runs the client's own side of a service outside any cluster: the same modules that the simulator checks, on real clocks
 * and connections. It keeps nothing on disk.
 */
export class ClientHost {
  readonly #options: ClientHostOptions;
  readonly #machine: NodeMachine;
  readonly #timers = new TimerQueue((box) => this.#guard(() => this.#machine.fire(box)));
  readonly #channel: number;
  /** What the clocks showed when a module of the running step looked at them first. */
  #readings: Readonly<Record<ClockKind, number>> | null = null;
  #settling = false;
  #stopped = false;

  constructor(options: ClientHostOptions) {
    this.#options = options;
    const program = programOf(options.stack);
    this.#machine = new NodeMachine(program, this.#host(), {
      self: options.self,
      nodes: [...options.servers, options.self],
      incarnation: 0,
      disk: new Map(),
      gate: new OutputGate((output) => this.#leave(output)),
      freeze: false,
    });
    // The one way out of a client: the port of sessions.
    this.#channel = program.channels.numberOf(clientChannel);
    this.#guard(() => this.#machine.boot());
  }

  /** A request at the top of the stack. */
  request(name: string, ...args: readonly unknown[]): void {
    this.#guard(() => this.#machine.request(name, args));
  }

  /** A message of a replica. */
  deliver(from: NodeId, body: unknown): void {
    this.#guard(() =>
      this.#machine.deliver({
        kind: "message",
        from,
        to: this.#options.self,
        channel: this.#channel,
        keys: null,
        body,
        due: 0,
        order: 0,
        event: 0,
      }),
    );
  }

  /** A session with a replica began or ended: said as the client's word to itself. */
  news(news: SessionNews): void {
    this.deliver(this.#options.self, news);
  }

  /** Stops: no timer goes off and nothing is sent any more. */
  stop(): void {
    this.#stopped = true;
    this.#timers.stop();
  }

  #host(): MachineHost {
    const nobodySigns = (): never => {
      throw new Error("a client of a service signs nothing");
    };
    return {
      write: () => {
        throw new Error("a client of a service keeps nothing on disk");
      },
      arm: (box, delay) => this.#timers.arm(box, delay),
      disarm: (box) => this.#timers.disarm(box),
      wantSettled: () => this.#wantSettled(),
      clock: (which) => {
        this.#readings ??= { monotonic: performance.now(), wall: Date.now() };
        return this.#readings[which];
      },
      random: (_path, _name, below) => Math.floor(Math.random() * below),
      sign: nobodySigns,
      verify: nobodySigns,
      mark: this.#options.onMark,
    };
  }

  #leave(output: Output): void {
    if (output.kind === "answer") this.#options.onIndication(output.name, output.args);
    else if (output.kind === "message") this.#options.carrier.send(output.to, output.body);
    else setImmediate(() => this.#guard(() => this.#machine.durable(output.instance, output.name, output.args)));
  }

  #wantSettled(): void {
    if (this.#settling) return;
    this.#settling = true;
    setImmediate(() => {
      this.#settling = false;
      this.#guard(() => this.#machine.settle());
      this.#options.carrier.flush();
    });
  }

  #guard(step: () => void): void {
    if (this.#stopped) return;
    this.#readings = null;
    try {
      step();
    } catch (error) {
      this.stop();
      this.#options.onFailure(error);
    }
  }
}
