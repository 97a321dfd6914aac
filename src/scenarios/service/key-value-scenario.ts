import { type KeyValueOperation, keyValueMachine, type RangeRequest } from "../../machines/index.ts";
import type { AnyScenario, Draw } from "../../simulate/index.ts";
import { replicate } from "./replicate.ts";
import type { CallMaker } from "./service-workload.ts";

const keys = ["a", "b"];

/** A put, a delete or a compare-and-set: what is written names who wrote it, so no two commands are the same. */
const calls: CallMaker<KeyValueOperation, RangeRequest> = (draw: Draw, client, call) => {
  const key = draw.pick("key", keys);
  const value = `${client}.${call}`;
  const put = { kind: "put", key, value } as const;
  const kind = draw.below("operation", 4);
  if (kind === 0) return { kind: "query", query: draw.chance("all", 0.5) ? { key: "a", end: "c" } : { key } };
  if (kind === 1) return { kind: "execute", command: put };
  const compare = [{ key, target: "version", relation: "<", value: draw.between("version", 1, 2) }] as const;
  const failure = [{ kind: "delete", key }] as const;
  return { kind: "execute", command: { kind: "transaction", compare, success: [put], failure } };
};

/** Row 52, and row 51 as a service has it. */
export const keyValueScenario: AnyScenario = replicate(keyValueMachine({ partEntriesMax: 1 }), {
  limits: { expiryMs: 40 },
  replica: { passMs: 20, snapshotEvery: 6 },
  hashEvery: 6,
  client: { retryMs: { from: 40, to: 60 } },
}).scenario({
  id: "service/key-value",
  rows: [51, 52],
  title: "A key-value store whose sessions expire, and clients that give up",
  about:
    "Sessions live so short that they expire while commands are on their way, and clients wait so short that they give up. " +
    "A command of an expired session is refused, never applied; every failure says whether its command took effect.",
  calls,
  timeoutMs: 600,
  callsEach: 2,
  pauseMs: 100,
  dials: { loss: 0.1 },
});
