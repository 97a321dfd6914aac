import { describe, equal, type NodeId } from "../../model/index.ts";
import { type AnyProperty, property } from "../property.ts";

/**
 * Properties of remote calls. Clients make requests `method(call, …)` at the top of their stacks and hear `method(call,
 * answer)` or `failed(call, why)`; servers indicate `executed(client, call, method)` for every effect that they have,
 * after a recovery again for those that survived, and then `restored()`. A call is a client and its number.
 */
interface Made {
  readonly client: NodeId;
  readonly call: number;
  readonly method: string;
  readonly event: number;
  readonly at: number;
}

const keyOf = (client: NodeId, call: number): string => `${client}:${call}`;
const sentenceOf = ({ client, call, method }: Made): string => `call ${call} (${method}) of process ${client}`;

/** RPC1: what is delivered is what was sent, value for value; what is of another version goes no further. */
export const codecIsFaithful = (id: string, versionOf: readonly number[]): AnyProperty =>
  property<{ readonly sent: { readonly from: NodeId; readonly to: NodeId; readonly value: unknown }[] }>({
    id,
    kind: "safety",
    text: "A message that is delivered equals one that its sender sent in the same version of the protocol.",
    init: () => ({ sent: [] }),
    on(s, { kind, node, event, name, args: [peer, value] }, report) {
      if (kind === "request" && name === "send") s.sent.push({ from: node, to: peer as NodeId, value });
      if (kind !== "indication" || name !== "deliver") return;
      report.premise();
      const from = peer as NodeId;
      if (versionOf[from] !== versionOf[node])
        report.violated(
          `process ${node} reads version ${versionOf[node]} and takes ${describe(value)} from process ${from}, which writes version ${versionOf[from]}`,
          event,
        );
      else if (!s.sent.some((sent) => sent.from === from && sent.to === node && equal(sent.value, value)))
        report.violated(`process ${node} reads ${describe(value)}, which process ${from} never sent`, event);
    },
  });

/** RPC2: no call is executed more than once. Counted over the effects that the server has in one incarnation. */
export const executedAtMostOnce = (id: string, methods?: readonly string[]): AnyProperty =>
  property<{ executed: Map<string, number> }>({
    id,
    kind: "safety",
    text: "No call is executed more than once.",
    init: () => ({ executed: new Map() }),
    on(s, { kind, node, event, name, args: [client, call, method] }, report) {
      if (kind === "recover" || kind === "boot")
        for (const key of [...s.executed.keys()]) if (key.startsWith(`${node}<`)) s.executed.delete(key);
      if (kind !== "indication" || name !== "executed" || methods?.includes(method as string) === false) return;
      report.premise();
      const key = `${node}<${keyOf(client as NodeId, call as number)}`;
      const before = s.executed.get(key);
      if (before === undefined) s.executed.set(key, event);
      else
        report.violated(
          `the server has the effect of call ${String(call)} (${String(method)}) of process ${String(client)} twice`,
          before,
          event,
        );
    },
  });

/** RPC3: a call of a client that stays up is executed at least once, and answered. */
export const executedAtLeastOnce = (id: string, methods?: readonly string[]): AnyProperty =>
  property<{ readonly owed: Map<string, Made> }>({
    id,
    kind: "liveness",
    text: "If a client makes a call and stays up, the call is eventually executed and answered.",
    init: () => ({ owed: new Map() }),
    on(s, { kind, node, event, name, args: [call], at }, report) {
      if (kind === "crash") {
        for (const [key, { client }] of s.owed) if (client === node) s.owed.delete(key);
      } else if (kind === "request" && methods?.includes(name) !== false) {
        report.premise();
        s.owed.set(keyOf(node, call as number), { client: node, call: call as number, method: name, event, at });
      } else if (kind === "indication" && name !== "executed" && name !== "failed")
        s.owed.delete(keyOf(node, call as number));
    },
    pending(s, { correct }) {
      for (const made of s.owed.values())
        if (correct.includes(made.client)) return `${sentenceOf(made)} is never answered`;
      return null;
    },
  });

/** RPC4: a call of a client that stays up ends: by its answer or, at the latest at its deadline, by a failure. */
export const everyCallEnds = (id: string): AnyProperty =>
  property<{ readonly open: Map<string, Made> }>({
    id,
    kind: "liveness",
    text: "If a client makes a call and stays up, the call ends: it is answered, or it fails.",
    init: () => ({ open: new Map() }),
    on(s, { kind, node, event, name, args: [call], at }, report) {
      if (kind === "crash") {
        for (const [key, { client }] of s.open) if (client === node) s.open.delete(key);
      } else if (kind === "request") {
        report.premise();
        s.open.set(keyOf(node, call as number), { client: node, call: call as number, method: name, event, at });
      } else if (kind === "indication" && name !== "executed") s.open.delete(keyOf(node, call as number));
    },
    pending(s, { correct }) {
      for (const made of s.open.values()) if (correct.includes(made.client)) return `${sentenceOf(made)} never ends`;
      return null;
    },
  });

/**
 * RPC5: no call is executed after its deadline, but for the time that a request may be on its way: `slackMs`, a bound
 * that only a synchronous system has.
 */
export const notExecutedLate = (id: string, deadlineMs: number, slackMs: number): AnyProperty =>
  property<{ readonly made: Map<string, Made>; readonly seen: Set<string> }>({
    id,
    kind: "safety",
    text: "No call is executed after its deadline plus the longest time that a request is on its way.",
    init: () => ({ made: new Map(), seen: new Set() }),
    on(s, { kind, node, event, name, args, at }, report) {
      if (kind === "request") {
        const call = args[0] as number;
        s.made.set(keyOf(node, call), { client: node, call, method: name, event, at });
      }
      if (kind !== "indication" || name !== "executed") return;
      const key = keyOf(args[0] as NodeId, args[1] as number);
      const made = s.made.get(key);
      // After a recovery the server says again what it executed before: that is no execution.
      if (made === undefined || s.seen.has(key)) return;
      s.seen.add(key);
      report.premise();
      const lateMs = at - made.at - deadlineMs;
      if (lateMs > slackMs)
        report.violated(
          `the server executes ${sentenceOf(made)} ${lateMs} ms after its deadline; a request is on its way for ${slackMs} ms at most`,
          made.event,
          event,
        );
    },
  });

/** RPC6: what was acknowledged is not lost: after a recovery the server has the effect of every call that was answered. */
export const acknowledgedSurvives = (id: string): AnyProperty =>
  property<{ readonly made: Map<string, Made>; readonly answered: Map<string, Made>; has: Set<string> }>({
    id,
    kind: "safety",
    text: "After a recovery the server has the effect of every call that was answered before.",
    init: () => ({ made: new Map(), answered: new Map(), has: new Set() }),
    on(s, { kind, node, event, name, args, at }, report) {
      if (kind === "recover") s.has = new Set();
      else if (kind === "request") {
        const call = args[0] as number;
        s.made.set(keyOf(node, call), { client: node, call, method: name, event, at });
      } else if (kind === "indication" && name === "executed") s.has.add(keyOf(args[0] as NodeId, args[1] as number));
      else if (kind === "indication" && name === "restored") {
        if (s.answered.size > 0) report.premise();
        for (const [key, made] of s.answered)
          if (!s.has.has(key))
            report.violated(
              `${sentenceOf(made)} was answered, and the server that recovers does not know of it`,
              made.event,
              event,
            );
      } else if (kind === "indication" && name !== "failed") {
        const key = keyOf(node, args[0] as number);
        const made = s.made.get(key);
        if (made !== undefined) s.answered.set(key, { ...made, event });
      }
    },
  });
