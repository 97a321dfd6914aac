import { describe, type EventId, type NodeId } from "../../model/index.ts";
import { type AnyProperty, property } from "../property.ts";

/**
 * Properties of a replicated service. Clients make requests `execute(call, command)` and `query(call, …)` at the top of
 * their stacks and hear `outcome(call, outcome)` and `result(call, outcome)`; replicas indicate `applied(index, place,
 * command, end)` for every command that has its turn, and after a restart again. Commands are told apart by what they say: of
 * those that say the same it counts how many were asked for, and how many had their turn.
 */
interface Tally {
  /** How often clients asked for it, and how often they were told that it took no effect, or that it did. */
  asked: number;
  without: number;
  withEffect: number;
  /** Where it had its turn, and the event of the first replica there. */
  readonly turns: Map<string, EventId>;
  /** The event of the last claim that it took no effect. */
  claim: EventId;
}

type Tallies = Map<string, Tally>;

const tallyOf = (tallies: Tallies, command: unknown): Tally => {
  const name = describe(command, 10_000);
  let tally = tallies.get(name);
  if (tally === undefined) {
    tally = { asked: 0, without: 0, withEffect: 0, turns: new Map(), claim: 0 };
    tallies.set(name, tally);
  }
  return tally;
};

/** Where a command has its turn: at which index of the log, and which of the commands there it is. */
const turnOf = ([index, place]: readonly unknown[]): string => `${String(index)}/${String(place)}`;

const times = (count: number): string => (count === 1 ? "once" : `${count} times`);

/** AMO1: no command takes effect more often than it was asked for, however often a client sends it. */
export const appliedAtMostOnce = (id = "AMO1"): AnyProperty =>
  property<{ readonly tallies: Tallies }>({
    id,
    kind: "safety",
    text: "No command is applied at more places of the log than clients asked for it.",
    init: () => ({ tallies: new Map() }),
    on(s, { kind, event, name, args }, report) {
      if (kind === "request" && name === "execute") tallyOf(s.tallies, args[1]).asked++;
      if (kind !== "indication" || name !== "applied") return;
      report.premise();
      const { turns, asked } = tallyOf(s.tallies, args[2]);
      const turn = turnOf(args);
      if (turns.has(turn)) return;
      turns.set(turn, event);
      if (turns.size <= asked) return;
      const where = [...turns.keys()].join(" and ");
      report.violated(`${describe(args[2])}, asked for ${times(asked)}, is applied at ${where}`, ...turns.values());
    },
  });

/** What a client hears of a command, booked. */
const bookOutcome = (tally: Tally, outcome: { readonly happened?: string }, event: EventId): void => {
  if (outcome.happened === "no") {
    tally.without++;
    tally.claim = event;
  } else if (outcome.happened !== "maybe") tally.withEffect++;
};

/**
 * OUT1: a failure says truly whether its command took effect. One that certainly did not has no turn at any replica, at
 * any time; one that certainly did, and every command that was answered, had its turn before.
 */
export const outcomesAreTrue = (id = "OUT1"): AnyProperty =>
  property<{ readonly tallies: Tallies; readonly open: Map<string, unknown> }>({
    id,
    kind: "safety",
    text: "A command that failed without effect is never applied; one that was answered, or failed after it took effect, was applied before.",
    init: () => ({ tallies: new Map(), open: new Map() }),
    on(s, { kind, node, event, name, args }, report) {
      const key = `${node}/${String(args[0])}`;
      if (kind === "request" && name === "execute") {
        s.open.set(key, args[1]);
        tallyOf(s.tallies, args[1]).asked++;
      } else if (kind === "indication" && (name === "applied" || name === "outcome")) {
        const command = name === "applied" ? args[2] : s.open.get(key);
        const tally = tallyOf(s.tallies, command);
        const { turns } = tally;
        if (name === "outcome") {
          bookOutcome(tally, args[1] as { readonly happened?: string }, event);
          if (tally.without + tally.withEffect > 0) report.premise();
        } else if (!turns.has(turnOf(args))) turns.set(turnOf(args), event);
        const { asked, without, withEffect, claim } = tally;
        if (without > 0 && turns.size > asked - without)
          report.violated(
            `${describe(command)}, asked for ${times(asked)}, failed ${times(without)} without effect, and is applied ${times(turns.size)}`,
            claim,
            ...turns.values(),
          );
        else if (turns.size < withEffect)
          report.violated(
            `${describe(command)} took effect ${times(withEffect)} by what clients are told, and is applied ${times(turns.size)}`,
            event,
          );
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
    on(s, { kind, node, event, name, args }, report) {
      if (kind === "crash") {
        for (const [key, open] of s.open) if (open.node === node) s.open.delete(key);
      } else if (kind === "request" && (name === "execute" || name === "query")) {
        report.premise();
        s.open.set(`${node}/${name}/${String(args[0])}`, { node, what: `${name}(${describe(args[1])})` });
      } else if (kind === "indication" && (name === "outcome" || name === "result")) {
        const { kind: how, why } = args[1] as { readonly kind: string; readonly why?: string };
        const key = `${node}/${name === "outcome" ? "execute" : "query"}/${String(args[0])}`;
        // No crash and no lost message excuses it, and no answer comes any more.
        if (why === "machine failed" && !mayFail)
          report.violated(
            `process ${node} hears of ${s.open.get(key)?.what} that the machine failed: it threw, or what it answered is not plain data`,
            event,
          );
        if (how === "answer" || mayFail) s.open.delete(key);
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
