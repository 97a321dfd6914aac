import { codecIsFaithful, properties } from "../../check/index.ts";
import { type Bound, type Links, network, type Plain, stack } from "../../model/index.ts";
import { type MarshallingRules, marshalling } from "../../protocols/index.ts";
import { type AnyScenario, integer, scenario } from "../../simulate/index.ts";

/** Values that careless codecs lose: each is plain data. */
const palette: readonly Plain[] = [
  Number.MAX_SAFE_INTEGER,
  9_007_199_254_740_993n,
  undefined,
  null,
  0.1,
  -1,
  "é\u0000\ud83d\ude00",
  new Uint8Array([0, 255, 128]),
  new Map<Plain, Plain>([
    [1, "one"],
    ["1", 1],
  ]),
  new Set(["b", "a"]),
  { z: 1, a: [undefined, null], deep: { empty: {} } },
];

/** Row 13. */
export const marshallingScenario: AnyScenario = scenario({
  id: "rpc/marshalling",
  rows: [13],
  title: "Marshalling: values as bytes, and back",
  about:
    "Every value comes back as it was, and what is of another version is refused. JSON would lose maps, sets, bytes and every bit above 2^53.",
  model: { network: "fair-loss", nodes: "crash-recovery", timing: "asynchronous" },
  parameters: {
    n: integer("processes", 3, 2, 10),
    messages: integer("messages of each process", 4, 1, 100),
    outdated: integer("processes that still speak version 1 of 2", 1, 0, 10),
  },
  setup: ({ n, messages, outdated }, _model, rules: Partial<MarshallingRules>) => {
    const versions = Array.from({ length: n }, (_, node) => (node < outdated ? 1 : 2));
    const stacks = versions.map(
      (version): Bound<Links<Plain>> =>
        stack(marshalling<Plain>({ protocol: "values", version, rules }), { bytes: network("bytes") }),
    );
    return {
      processes: stacks.map((bound, node) => ({ name: `p${node + 1}`, stack: bound })),
      workload: (draw) =>
        stacks.map((_, node) => ({
          node,
          calls: Array.from({ length: messages }, () => ({
            request: "send",
            args: [draw.below("receiver", n), draw.pick("value", palette)],
            afterMs: draw.below("pause", 20),
          })),
        })),
      properties: properties(codecIsFaithful("RPC1", versions)),
      windowMs: 100,
      patienceMs: 500,
    };
  },
  counterexamples: [
    {
      change: "values travel as JSON, which knows neither maps nor whole numbers beyond 2^53",
      rules: { write: writeJson, read: readJson },
      violates: "RPC1",
      eventsMax: 2,
    },
    {
      change: "a reader takes what another version wrote",
      rules: { understands: () => true },
      violates: "RPC1",
      eventsMax: 2,
    },
  ],
});

/** What many a service does: JSON text, big numbers written as numbers. */
function writeJson(value: unknown): Uint8Array {
  const text = JSON.stringify(value, (_key, inner: unknown) => (typeof inner === "bigint" ? Number(inner) : inner));
  return Uint8Array.from(text, (unit) => unit.charCodeAt(0) & 0xff);
}

/** Its other half. */
function readJson(bytes: Uint8Array): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(String.fromCharCode(...bytes)) };
  } catch {
    return undefined;
  }
}
