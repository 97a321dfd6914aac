import { describe, type EventId, type NodeId } from "../../model/index.ts";
import { equalContent } from "../content-equality.ts";
import { type AnyProperty, property } from "../property.ts";

/** Which updates of one process a replica has seen: the first `upTo`, and the numbers in `beyond`. */
interface SeenOf {
  readonly upTo: number;
  readonly beyond: readonly number[];
}

type Seen = readonly SeenOf[];

const includes = (seen: Seen, node: NodeId, number: number): boolean => {
  const own = seen[node];
  return own !== undefined && (number <= own.upTo || own.beyond.includes(number));
};

const nameOf = (node: NodeId, number: number): string => `update ${number} of process ${node}`;

/** Numbers of the updates of a process in `seen`. */
const numbersOf = ({ upTo, beyond }: SeenOf): readonly number[] => [
  ...Array.from({ length: upTo }, (_, at) => at + 1),
  ...beyond,
];

/**
 * Strong convergence: replicas that have seen the same updates show the same value (SEC1), whatever the order in which
 * they saw them. Watches `changed(value, seen)`. Shapiro, Preguiça, Baquero, Zawirski 2011, definition 2.2.
 */
export const strongConvergence = (id = "SEC1"): AnyProperty =>
  property<Map<string, { readonly node: NodeId; readonly value: unknown; readonly event: EventId }>>({
    id,
    kind: "safety",
    text: "Replicas that have seen the same updates show the same value.",
    init: () => new Map(),
    on(s, { kind, node, event, name, args }, report) {
      if (kind !== "indication" || name !== "changed") return;
      const seen = describe(args[1], 100_000);
      const first = s.get(seen);
      if (first === undefined) s.set(seen, { node, value: args[0], event });
      else {
        if (first.node !== node) report.premise();
        if (equalContent(first.value, args[0])) return;
        report.violated(
          `having seen the same updates, process ${first.node} shows ${describe(first.value)} and process ${node} shows ${describe(args[0])}`,
          first.event,
          event,
        );
      }
    },
  });

/**
 * Eventual delivery: an update that a correct replica has seen is eventually seen by all correct replicas, and its own is
 * seen by the replica that was asked for it (SEC2). Watches `update` and `changed(value, seen)`.
 * Shapiro, Preguiça, Baquero, Zawirski 2011, definition 2.1.
 */
export const eventualDelivery = (id = "SEC2"): AnyProperty =>
  property<{ readonly seen: Map<NodeId, Seen>; readonly asked: Map<NodeId, EventId> }>({
    id,
    kind: "liveness",
    text: "An update that a correct replica has seen is eventually seen by every correct replica.",
    init: () => ({ seen: new Map(), asked: new Map() }),
    on(s, { kind, node, event, name, args }, report) {
      if (kind === "request" && name === "update") {
        report.premise();
        s.asked.set(node, event);
      } else if (kind === "indication" && name === "changed") {
        s.asked.delete(node);
        s.seen.set(node, args[1] as Seen);
      } else if (kind === "crash") s.asked.delete(node);
    },
    pending(s, { correct }) {
      for (const node of correct) {
        const asked = s.asked.get(node);
        if (asked !== undefined) return `process ${node} never shows the update of event ${asked}`;
        const missing = missingAt(
          s.seen.get(node) ?? [],
          correct.map((other) => s.seen.get(other) ?? []),
        );
        if (missing !== null) return `process ${node} never sees ${missing}, which a correct process has seen`;
      }
      return null;
    },
  });

const missingAt = (seen: Seen, others: readonly Seen[]): string | null => {
  for (const other of others) {
    for (const [maker, made] of other.entries()) {
      const number = numbersOf(made).find((one) => !includes(seen, maker, one));
      if (number !== undefined) return nameOf(maker, number);
    }
  }
  return null;
};

/** An update that a replica has seen, and what its maker had seen when it made it. */
export interface VisibleUpdate {
  readonly update: unknown;
  /** Whether its maker had seen another update when it made this one. */
  readonly saw: (other: VisibleUpdate) => boolean;
}

/** What a replicated data type may show, from the updates that a replica has seen. */
export interface ReplicatedSpecification {
  /** The value in words: "the sum of all additions". */
  readonly text: string;
  /** Null when the value is allowed, else what it should have been. */
  readonly fault: (visible: readonly VisibleUpdate[], value: unknown) => string | null;
}

interface Made {
  readonly update: unknown;
  readonly node: NodeId;
  readonly number: number;
  readonly sawBefore: Seen;
}

/**
 * Specification: what a replica shows is what its data type allows for the updates that it has seen and what their makers
 * had seen (CRDT1). Convergence alone would let all replicas agree to forget everything. Processes that only stop.
 *
 * Burckhardt, Gotsman, Yang, Zawirski 2014, Replicated Data Types: Specification, Verification, Optimality.
 */
export const replicatedValue = (specification: ReplicatedSpecification, id = "CRDT1"): AnyProperty =>
  property<{ readonly asked: Map<NodeId, unknown[]>; readonly made: Made[]; readonly seen: Map<NodeId, Seen> }>({
    id,
    kind: "safety",
    text: `A replica shows ${specification.text}, of the updates that it has seen.`,
    init: () => ({ asked: new Map(), made: [], seen: new Map() }),
    on(s, { kind, node, event, name, args }, report) {
      if (kind === "request" && name === "update") s.asked.set(node, [...(s.asked.get(node) ?? []), args[0]]);
      if (kind !== "indication" || name !== "changed") return;
      const seen = args[1] as Seen;
      const before = s.seen.get(node) ?? [];
      s.seen.set(node, seen);
      const number = seen[node]?.upTo ?? 0;
      // The first value with an own update in it shows what that update was made upon.
      if (number > (before[node]?.upTo ?? 0)) {
        const asked = s.asked.get(node) ?? [];
        // Where the network forges, somebody told it so.
        if (number > asked.length)
          return report.violated(`process ${node} has seen ${nameOf(node, number)}, which nobody asked for`, event);
        s.made.push({ update: asked[number - 1], node, number, sawBefore: before });
      }
      const visible = s.made
        .filter((made) => includes(seen, made.node, made.number))
        .map((made) => ({
          made,
          update: made.update,
          saw: (other: VisibleUpdate): boolean => {
            const { made: its } = other as VisibleUpdate & { readonly made: Made };
            return includes(made.sawBefore, its.node, its.number);
          },
        }));
      if (visible.length > 1) report.premise();
      const fault = specification.fault(visible, args[0]);
      if (fault !== null) report.violated(`process ${node} shows ${describe(args[0])}, but ${fault}`, event);
    },
  });

/** A counter: the sum of the amounts. */
export const replicatedCounter: ReplicatedSpecification = {
  text: "the sum of the amounts",
  fault: (visible, value) => {
    const sum = visible.reduce((total, { update }) => total + (update as number), 0);
    return value === sum ? null : `the amounts that it has seen sum to ${sum}`;
  },
};

const isOverwritten = (write: VisibleUpdate, visible: readonly VisibleUpdate[]): boolean =>
  visible.some((other) => other !== write && other.saw(write));

/** A register: one of the values that nobody overwrote knowingly. */
export const replicatedRegister: ReplicatedSpecification = {
  text: "a value that was not knowingly overwritten",
  fault: (visible, value) => {
    const allowed = visible.filter((write) => !isOverwritten(write, visible)).map(({ update }) => update);
    return allowed.some((one) => equalContent(one, value)) ? null : `what nobody overwrote is ${describe(allowed)}`;
  },
};

/** A register that loses no write: all values that nobody overwrote knowingly, or the only one. */
export const replicatedMultiValueRegister: ReplicatedSpecification = {
  text: "every value that was not knowingly overwritten",
  fault: (visible, value) => {
    const due = visible.filter((write) => !isOverwritten(write, visible)).map(({ update }) => update);
    const shown: readonly unknown[] = Array.isArray(value) ? value : [value];
    const lost = due.find((one) => !shown.some((other) => equalContent(one, other)));
    return lost === undefined ? null : `nobody overwrote ${describe(lost)}`;
  },
};

interface SetRequest {
  readonly kind: "add" | "remove";
  readonly value: unknown;
}

/** A set: the elements that were added by an update that no remove of them had seen. */
export const replicatedSet: ReplicatedSpecification = {
  text: "the elements with an addition that no remove has seen",
  fault: (visible, value) => {
    const shown = value as readonly unknown[];
    const requestOf = ({ update }: VisibleUpdate): SetRequest => update as SetRequest;
    const due = visible.filter(
      (addition) =>
        requestOf(addition).kind === "add" &&
        !visible.some(
          (other) =>
            requestOf(other).kind === "remove" &&
            equalContent(requestOf(other).value, requestOf(addition).value) &&
            other.saw(addition),
        ),
    );
    const elements = new Set(due.map((addition) => requestOf(addition).value));
    const lost = [...elements].find((element) => !shown.includes(element));
    if (lost !== undefined) return `no remove has seen the addition of ${describe(lost)}`;
    const back = shown.find((element) => !elements.has(element));
    return back === undefined ? null : `every addition of ${describe(back)} was seen by a remove`;
  },
};
