import type { EventId, NodeId, Trace, TraceEvent, TraceHeader } from "../../src/model/index.ts";

/** Fields of an event beside those that the builder fills in. */
export type Extra = Partial<Omit<TraceEvent, "id">>;

/** Writes traces by hand: each call is one event, one millisecond after the one before unless `at` says otherwise. */
export class TraceBuilder {
  readonly events: TraceEvent[] = [];
  readonly #names: readonly string[];
  #at = 0;

  constructor(names: readonly string[]) {
    this.#names = names;
  }

  add(kind: TraceEvent["kind"], node: NodeId | undefined, extra: Extra = {}): EventId {
    this.#at = extra.at ?? this.#at + 1;
    const event = { id: this.events.length, kind, node, at: this.#at, ...extra };
    this.events.push(event);
    return event.id;
  }

  send(from: NodeId, to: NodeId, data: unknown, extra: Extra = {}): EventId {
    return this.add("send", from, { peer: to, data, at: this.#at, ...extra });
  }

  /** Sends to each of `to`; the ids of the sends, in that order. */
  broadcast(from: NodeId, to: readonly NodeId[], data: unknown): EventId[] {
    return to.map((node) => this.send(from, node, data));
  }

  deliver(send: EventId, extra: Extra = {}): EventId {
    const { node, peer, data, path } = this.events[send]!;
    return this.add("deliver", peer, { peer: node, data, path, cause: send, ...extra });
  }

  drop(send: EventId, name = "lost"): EventId {
    const { node, peer, data } = this.events[send]!;
    return this.add("drop", peer, { peer: node, data, cause: send, name });
  }

  trace(header: Partial<TraceHeader> = {}): Trace {
    return {
      header: {
        format: "quorate-trace",
        version: 1,
        scenario: "built-by-hand",
        model: { network: "fair-loss", nodes: "crash-recovery", timing: "asynchronous" },
        parameters: { n: this.#names.length, loss: 0.1, ordered: true, name: "x" },
        seed: 1,
        code: "0.1.0",
        nodes: this.#names.map((name, id) => ({ id, name })),
        ...header,
      },
      events: this.events,
    };
  }
}
