import { describe, type EventId, type NodeId } from "../../model/index.ts";
import { type AnyProperty, property } from "../property.ts";

/**
 * Properties of a replicated service. Clients make requests `execute(call, command)` and `query(call, …)` at the top of
 * their stacks and hear `outcome(call, outcome)` and `result(call, outcome)`; replicas indicate `applied(index, command,
 * end)` for every command that has its turn, and after a restart again. A workload must not use a command twice.
 */
interface Turn {
  readonly index: number;
  readonly event: EventId;
}

const nameOf = (command: unknown): string => describe(command, 10_000);

/** AMO1: no command takes effect twice, however often a client sends it. */
export const appliedAtMostOnce = (id = "AMO1"): AnyProperty =>
  property<{ readonly turns: Map<string, Turn> }>({
    id,
    kind: "safety",
    text: "No command is applied at two places of the log.",
    init: () => ({ turns: new Map() }),
    on(s, { kind, event, name, args }, report) {
      if (kind !== "indication" || name !== "applied") return;
      report.premise();
      const index = args[0] as number;
      const command = nameOf(args[1]);
      const first = s.turns.get(command);
      if (first === undefined) s.turns.set(command, { index, event });
      else if (first.index !== index)
        report.violated(
          `${command} is applied at index ${first.index} and again at index ${index}`,
          first.event,
          event,
        );
    },
  });

interface Claim {
  readonly client: NodeId;
  readonly command: string;
  readonly event: EventId;
}

/**
 * OUT1: a failure says truly whether its command took effect. One that certainly did not has no turn at any replica, at
 * any time; one that certainly did, and every command that was answered, had its turn before.
 */
export const outcomesAreTrue = (id = "OUT1"): AnyProperty =>
  property<{
    readonly open: Map<string, string>;
    readonly turns: Map<string, EventId>;
    readonly never: Map<string, Claim>;
  }>({
    id,
    kind: "safety",
    text: "A command that failed without effect is never applied; one that was answered, or failed after it took effect, was applied before.",
    init: () => ({ open: new Map(), turns: new Map(), never: new Map() }),
    on(s, { kind, node, event, name, args }, report) {
      if (kind === "request" && name === "execute") s.open.set(`${node}/${String(args[0])}`, nameOf(args[1]));
      else if (kind === "indication" && name === "applied") {
        const command = nameOf(args[1]);
        s.turns.set(command, event);
        const claim = s.never.get(command);
        if (claim === undefined) return;
        report.violated(
          `${command} of process ${claim.client} failed without effect, and process ${node} applies it`,
          claim.event,
          event,
        );
      } else if (kind === "indication" && name === "outcome") {
        const command = s.open.get(`${node}/${String(args[0])}`)!;
        const outcome = args[1] as { readonly kind: string; readonly happened?: string };
        if (outcome.happened === "maybe") return;
        report.premise();
        const turn = s.turns.get(command);
        if (outcome.happened === "no") {
          s.never.set(command, { client: node, command, event });
          if (turn !== undefined)
            report.violated(`${command} of process ${node} failed without effect, and was applied before`, turn, event);
        } else if (turn === undefined)
          report.violated(`process ${node} is told that ${command} took effect, and no replica applied it`, event);
      }
    },
  });

/** OUT2: every call ends, and those are answered that no failure may excuse: none, unless `mayFail`. */
export const callsAreAnswered = (id = "OUT2", mayFail = false): AnyProperty =>
  property<{ readonly open: Map<string, { readonly node: NodeId; readonly what: string }> }>({
    id,
    kind: "liveness",
    text: mayFail
      ? "Every call of a correct client ends, by its answer or by a failure."
      : "Every call of a correct client is eventually answered.",
    init: () => ({ open: new Map() }),
    on(s, { kind, node, name, args }, report) {
      if (kind === "crash") {
        for (const [key, open] of s.open) if (open.node === node) s.open.delete(key);
      } else if (kind === "request" && (name === "execute" || name === "query")) {
        report.premise();
        s.open.set(`${node}/${name}/${String(args[0])}`, { node, what: `${name}(${describe(args[1])})` });
      } else if (kind === "indication" && (name === "outcome" || name === "result")) {
        const { kind: how } = args[1] as { readonly kind: string };
        if (how === "answer" || mayFail)
          s.open.delete(`${node}/${name === "outcome" ? "execute" : "query"}/${String(args[0])}`);
      }
    },
    pending(s, { correct }) {
      for (const { node, what } of s.open.values())
        if (correct.includes(node)) return `process ${node} never hears the end of ${what}`;
      return null;
    },
  });

/**
 * SMR2: after the same entries all replicas have the same state. Watches `hashed(index, hash)`: replicas that do not see
 * every entry, since they start from a snapshot, are compared by index. Schneider 1990.
 */
export const sameStateAtIndex = (id = "SMR2"): AnyProperty =>
  property<{
    readonly hashes: Map<number, { readonly node: NodeId; readonly hash: unknown; readonly event: EventId }>;
  }>({
    id,
    kind: "safety",
    text: "Replicas have the same state right after the same index of the log.",
    init: () => ({ hashes: new Map() }),
    on(s, { kind, node, event, name, args }, report) {
      if (kind !== "indication" || name !== "hashed") return;
      const [index, hash] = args as readonly [number, unknown];
      const first = s.hashes.get(index);
      if (first === undefined) return void s.hashes.set(index, { node, hash, event });
      report.premise();
      if (first.hash === hash) return;
      report.violated(
        `right after index ${index} the state of process ${first.node} has hash ${String(first.hash)} and that of process ${node} has ${String(hash)}`,
        first.event,
        event,
      );
    },
  });

/** SMR3: no alarm. Watches `diverged(index, peer, ownHash, peerHash)`; its premise is that hashes are compared. */
export const noAlarm = (id = "SMR3"): AnyProperty =>
  property<Record<never, never>>({
    id,
    kind: "safety",
    text: "No replica notices that another one has another state after the same entries.",
    init: () => ({}),
    on(_s, { kind, node, event, name, args }, report) {
      if (kind !== "indication") return;
      if (name === "applied") report.premise();
      if (name !== "diverged") return;
      const [index, peer, ownHash, peerHash] = args;
      report.violated(
        `right after index ${String(index)} the state of process ${node} has hash ${String(ownHash)} and that of process ${String(peer)} has ${String(peerHash)}`,
        event,
      );
    },
  });
