import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decode, encode } from "../../model/index.ts";
import { arrayOf, bytesOf, isBytes } from "./bytes.ts";
import { keyValueMachine } from "./key-value-machine.ts";
import type { KeyValueState } from "./key-value-state.ts";
import type { KeyValue, KeyValueOperation, KeyValueResponse, KeyValueResult, RangeRequest } from "./key-value-types.ts";
import { keyValueAt, type LeafValues } from "./leaf-values.ts";

const machine = keyValueMachine();
const turn = { index: 1, place: 0, timeMs: 0 };
const apply = (state: KeyValueState, command: KeyValueOperation) => machine.apply(state, command, turn);
const put = (key: string, value: string): KeyValueOperation => ({ kind: "put", key, value });
const all = { key: "\0", end: "\0" };
const entries = (state: KeyValueState): readonly KeyValue[] => {
  const result = machine.query(state, all);
  return result.kind === "done" ? result.response.entries : [];
};
const storeOf = (...commands: readonly KeyValueOperation[]): KeyValueState => {
  const state = machine.init();
  for (const command of commands) expect(apply(state, command).kind).toBe("done");
  return state;
};
const done = (state: KeyValueState, command: KeyValueOperation): KeyValueResponse => {
  const answer = apply(state, command);
  if (answer.kind !== "done") throw new Error(answer.why);
  return answer.response;
};

describe("revisions, as etcd has them", () => {
  it("an empty store has revision 1, and each command that writes makes one more", () => {
    const state = machine.init();
    expect(state.revision).toBe(1);
    expect(apply(state, put("a", "1")).revision).toBe(2);
    expect(apply(state, { kind: "range", key: "a" }).revision).toBe(2);
    expect(apply(state, { kind: "delete", key: "b" }).revision).toBe(2);
    expect(apply(state, { kind: "delete", key: "a" }).revision).toBe(3);
  });

  it("a key remembers its first put, its last, and how many there were; a deletion ends that", () => {
    const state = storeOf(put("a", "1"), put("a", "2"), put("b", "1"));
    expect(entries(state)).toEqual([
      { key: "a", value: "2", createRevision: 2, modRevision: 3, version: 2 },
      { key: "b", value: "1", createRevision: 4, modRevision: 4, version: 1 },
    ]);
    done(state, { kind: "delete", key: "a" });
    done(state, put("a", "3"));
    expect(entries(state)[0]).toEqual({ key: "a", value: "3", createRevision: 6, modRevision: 6, version: 1 });
  });

  it("all that a transaction writes has one revision, and its operations see what came before in it", () => {
    const state = storeOf(put("a", "1"));
    const response = done(state, {
      kind: "transaction",
      compare: [],
      success: [put("b", "2"), { kind: "range", ...all }, { kind: "delete", key: "a" }, { kind: "range", ...all }],
      failure: [],
    });
    expect(state.revision).toBe(3);
    const responses = response.kind === "transaction" ? response.responses : [];
    const counts = responses.map((each) => (each.kind === "range" ? each.count : null));
    expect(counts).toEqual([null, 2, null, 1]);
    expect(entries(state)).toEqual([{ key: "b", value: "2", createRevision: 3, modRevision: 3, version: 1 }]);
  });
});

describe("ranges", () => {
  const state = storeOf(...["a", "aa", "b", "c"].map((key, at) => put(key, String(9 - at))));
  const keysOf = (request: Parameters<typeof machine.query>[1]): readonly string[] => {
    const result = machine.query(state, request);
    return result.kind === "done" ? result.response.entries.map(({ key }) => key) : [result.why];
  };

  it("one key, a span, everything from a key on; an end below the key is empty and no error", () => {
    expect(keysOf({ key: "a" })).toEqual(["a"]);
    expect(keysOf({ key: "a", end: "b" })).toEqual(["a", "aa"]);
    expect(keysOf({ key: "aa", end: "\0" })).toEqual(["aa", "b", "c"]);
    expect(keysOf({ key: "c", end: "a" })).toEqual([]);
    expect(keysOf({ key: "" })).toEqual(["empty key"]);
  });

  it("the order is that of the bytes", () => {
    const high = storeOf(put("\xff", ""), put("a", ""), put("\x01", ""), put("a\0", ""), put("\x7f", ""));
    expect(entries(high).map(({ key }) => key)).toEqual(["\x01", "a", "a\0", "\x7f", "\xff"]);
  });

  it("limit and bounds of revisions do not touch the count; more comes from the limit alone", () => {
    expect(machine.query(state, { ...all, limit: 3 })).toMatchObject({ response: { count: 4, more: true } });
    expect(machine.query(state, { ...all, limit: 4 })).toMatchObject({ response: { count: 4, more: false } });
    const bounded = machine.query(state, { ...all, modRevisionMin: 4 });
    expect(bounded).toMatchObject({ response: { count: 4, more: false, entries: [{ key: "b" }, { key: "c" }] } });
    expect(keysOf({ ...all, limit: 1, modRevisionMin: 3 })).toEqual(["aa"]);
    expect(machine.query(state, { ...all, countOnly: true })).toMatchObject({ response: { entries: [], count: 4 } });
  });

  it("sorts by what is asked, and limits afterwards", () => {
    expect(keysOf({ ...all, limit: 2, sort: { by: "value", descending: false } })).toEqual(["c", "b"]);
    expect(keysOf({ ...all, sort: { by: "key", descending: true } })).toEqual(["c", "b", "aa", "a"]);
    expect(keysOf({ ...all, limit: 1, sort: { by: "mod", descending: true } })).toEqual(["c"]);
  });
});

describe("long answers, in parts", () => {
  const { part, join } = keyValueMachine({ partEntriesMax: 7 }).parts!;
  const state = storeOf(...Array.from({ length: 40 }, (_, at) => put(`k${String(at).padStart(2, "0")}`, "x")));
  const whole = (request: RangeRequest, meanwhile: () => void = () => undefined) => {
    const view = machine.slicing!.view(state);
    const parts: KeyValueResult[] = [];
    for (let cursor: unknown = null, first = true; first || cursor !== null; first = false) {
      const { result, next } = part(view, request, cursor);
      parts.push(result);
      cursor = next;
      meanwhile();
    }
    return { parts: parts.length, result: join(parts) };
  };

  it("join to what a query gives whole", () => {
    for (const request of [
      all,
      { ...all, limit: 7 },
      { ...all, limit: 8 },
      { ...all, limit: 20 },
      { ...all, limit: 40 },
    ])
      expect(whole(request).result).toEqual(machine.query(state, request));
    for (const request of [{ ...all, keysOnly: true }, { key: "k1", end: "k3" }, { key: "k1" }, { key: "z", end: "a" }])
      expect(whole(request).result).toEqual(machine.query(state, request));
    expect(whole(all).parts).toBe(6);
    expect(whole({ ...all, limit: 7 }).parts).toBe(1);
    expect(whole({ ...all, countOnly: true }).parts).toBe(1);
  });

  it("show one moment, whatever is written between them", () => {
    const before = machine.query(state, all);
    let written = 0;
    const { result } = whole(all, () => void done(state, { kind: "delete", key: `k${30 + written++}` }));
    expect(result).toEqual(before);
    expect(machine.query(state, all)).not.toEqual(before);
  });
});

describe("transactions", () => {
  const transaction = (compare: object, ...success: KeyValueOperation[]): KeyValueOperation =>
    ({ kind: "transaction", compare: [compare], success, failure: [] }) as unknown as KeyValueOperation;
  const holds = (state: KeyValueState, compare: object): boolean => {
    const response = done(state, transaction(compare));
    return response.kind === "transaction" && response.succeeded;
  };

  it("compares revisions and versions of an absent key as 0, and its value as nothing at all", () => {
    const state = storeOf(put("a", "1"));
    expect(holds(state, { key: "x", target: "create", relation: "=", value: 0 })).toBe(true);
    expect(holds(state, { key: "x", target: "version", relation: "<", value: 1 })).toBe(true);
    expect(holds(state, { key: "x", target: "value", relation: "!=", value: "1" })).toBe(false);
    expect(holds(state, { key: "a", target: "value", relation: "=", value: "1" })).toBe(true);
    expect(holds(state, { key: "a", target: "mod", relation: ">", value: 1 })).toBe(true);
  });

  it("with a range every key in it must hold", () => {
    const state = storeOf(put("a", "1"), put("b", "2"));
    expect(holds(state, { ...all, target: "version", relation: "=", value: 1 })).toBe(true);
    expect(holds(state, { ...all, target: "value", relation: "=", value: "1" })).toBe(false);
  });

  it("refuses a key that is written twice in one branch, also by a deletion, also in a nested one", () => {
    const deletion: KeyValueOperation = { kind: "delete", key: "a", end: "c" };
    const inner: KeyValueOperation = { kind: "transaction", compare: [], success: [put("a", "1")], failure: [] };
    const both: KeyValueOperation = {
      kind: "transaction",
      compare: [],
      success: [put("a", "1")],
      failure: [put("a", "2")],
    };
    const twice = [
      [put("a", "1"), put("a", "2")],
      [put("b", "1"), deletion],
      [inner, put("a", "2")],
      [inner, inner],
      [inner, deletion],
    ];
    for (const success of twice) {
      const answer = apply(storeOf(), { kind: "transaction", compare: [], success, failure: [] });
      expect(answer).toEqual({ kind: "refused", why: "duplicate key", revision: 1 });
    }
    // Of two branches only one is done.
    done(storeOf(), both);
    done(storeOf(), { kind: "transaction", compare: [], success: [both, put("b", "1")], failure: [] });
  });
});

describe("limits", () => {
  const small = keyValueMachine({ keyBytesMax: 4, valueBytesMax: 8, operationsMax: 2, storeBytesMax: 1_000 });
  const why = (command: unknown, state = small.init()) => {
    const answer = small.apply(state, command as KeyValueOperation, turn);
    return answer.kind === "refused" ? answer.why : null;
  };

  it("says what is too large, and what is no operation at all", () => {
    expect(why(put("", "1"))).toBe("empty key");
    expect(why(put("12345", "1"))).toBe("key too large");
    expect(why(put("a", "123456789"))).toBe("value too large");
    expect(why(put("a", "\u0100"))).toBe("malformed");
    expect(why({ kind: "transaction", compare: [], success: Array(3).fill(put("a", "1")), failure: [] })).toBe(
      "too many operations",
    );
    for (const nonsense of [null, 7, {}, { kind: "put" }, { kind: "transaction" }, { kind: "range", key: 1 }])
      expect(why(nonsense)).toBe("malformed");
  });

  it("a full store refuses what makes it larger, wholly, and takes the rest", () => {
    const state = small.init();
    let written = 0;
    while (why(put(`k${written}`, "x"), state) === null) written++;
    expect(written).toBeGreaterThan(3);
    const before = { ...state };
    const both: KeyValueOperation = {
      kind: "transaction",
      compare: [],
      success: [put("k0", "y"), put("new", "z")],
      failure: [],
    };
    expect(why(both, state)).toBe("no space");
    expect(state).toEqual(before);
    expect(why(put("k0", "y"), state)).toBe(null);
    expect(why({ kind: "delete", key: "k1" }, state)).toBe(null);
    expect(why(put("k1", "x"), state)).toBe(null);
  });
});

describe("snapshots and hashes", () => {
  const restored = (state: KeyValueState): KeyValueState => {
    const { view, slice, restore } = machine.slicing!;
    let copy = machine.init();
    let cursor: string | null = null;
    const still = view(state);
    do {
      const part = slice(still, cursor);
      copy = restore(copy, decode(encode(part.chunk)), machine.version);
      cursor = part.next;
    } while (cursor !== null);
    return copy;
  };

  const command = fc.oneof(
    {
      weight: 4,
      arbitrary: fc
        .tuple(fc.nat(40), fc.string({ maxLength: 5 }))
        .map(([n, v]) => put(`k${n}`, v.replace(/[^\0-\xff]/g, "?"))),
    },
    {
      weight: 1,
      arbitrary: fc.nat(40).map((n): KeyValueOperation => ({ kind: "delete", key: `k${n}`, end: `k${n}5` })),
    },
  );

  it("a restored store is the same, to its hash and size, whatever happened to either before", () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 200 }), (commands) => {
        const state = storeOf(...commands);
        const copy = restored(state);
        expect(entries(copy)).toEqual(entries(state));
        expect(machine.hash!(copy)).toBe(machine.hash!(state));
        expect([copy.root.bytes, copy.revision]).toEqual([state.root.bytes, state.revision]);
      }),
      { numRuns: 60 },
    );
  });

  it("slices show one moment, whatever is written between them", () => {
    const state = storeOf(
      ...Array.from({ length: 3_000 }, (_, at) => put(`k${String(at).padStart(5, "0")}`, "x".repeat(100))),
    );
    const before = entries(state);
    const { view, slice } = machine.slicing!;
    const still = view(state);
    const seen: unknown[] = [];
    let slices = 0;
    for (let cursor: string | null = null, first = true; first || cursor !== null; first = false) {
      const part = slice(still, cursor);
      for (const { keys, values } of (part.chunk as { leaves: readonly { keys: string[]; values: LeafValues }[] })
        .leaves)
        keys.forEach((key, at) => void seen.push(keyValueAt(key, values, at)));
      cursor = part.next;
      slices++;
      done(state, { kind: "delete", key: `k${String(slices * 37).padStart(5, "0")}`, end: "k01500" });
      done(state, put(`new${slices}`, "y"));
    }
    expect(slices).toBeGreaterThan(4);
    expect(seen).toEqual(before);
  });

  it("a snapshot as version 1 wrote it is restored too", () => {
    const state = storeOf(put("a", "1"), put("a", "2"), put("b", "3"));
    const chunk = { revision: 4, entries: entries(state).flatMap((entry) => Object.values(entry)) };
    const copy = machine.slicing!.restore(machine.init(), chunk, 1);
    expect(entries(copy)).toEqual(entries(state));
    expect(machine.hash!(copy)).toBe(machine.hash!(state));
  });

  it("a value may come as bytes: the store is the same, and keeps nothing of them", () => {
    const bytes = Uint8Array.from({ length: 300 }, (_, at) => (at * 7) % 256);
    const state = storeOf({ kind: "put", key: "a", value: bytes });
    const text = bytesOf(bytes);
    expect(machine.hash!(state)).toBe(machine.hash!(storeOf(put("a", text))));
    bytes.fill(0);
    expect(entries(state).map(({ value }) => value)).toEqual([text]);
  });

  it("values are given as arrays where that is asked for, also sorted, and later puts leave them as they were", () => {
    const state = storeOf(put("a", "2"), put("b", "1"), put("c", "x".repeat(2_000)));
    const asked = (more: Partial<RangeRequest>) => {
      const result = machine.query(state, { ...all, asArrays: true, ...more });
      return result.kind === "done" ? result.response.entries.map(({ value }) => value) : [];
    };
    const values = ["2", "1", "x".repeat(2_000)].map(arrayOf);
    const before = asked({});
    expect(before).toEqual(values);
    expect(asked({ sort: { by: "value", descending: false } })).toEqual([values[1], values[0], values[2]]);
    expect(asked({ keysOnly: true })).toEqual(["", "", ""]);
    for (const key of ["a", "b", "c"]) done(state, put(key, "0"));
    expect(before).toEqual(values);
  });

  it("two stores that differ anywhere have unlike hashes", () => {
    const stores = [
      storeOf(),
      storeOf(put("a", "1")),
      storeOf(put("a", "2")),
      storeOf(put("b", "1")),
      storeOf(put("a", "1"), put("b", "1")),
      storeOf(put("b", "1"), put("a", "1")),
      storeOf(put("a", "1"), { kind: "delete", key: "a" }),
      storeOf(put("a", "1"), put("a", "1")),
    ];
    expect(new Set(stores.map((state) => machine.hash!(state))).size).toBe(stores.length);
  });
});

describe("bytes as text", () => {
  it("come back as they were, and sort as they do", () => {
    const bytes = Uint8Array.from({ length: 20_000 }, (_, at) => (at * 7) % 256);
    expect(arrayOf(bytesOf(bytes))).toEqual(bytes);
    expect(isBytes(bytesOf(bytes))).toBe(true);
    expect(isBytes("ā")).toBe(false);
    expect(bytesOf(Uint8Array.of(0xff)) > bytesOf(Uint8Array.of(0x7f))).toBe(true);
  });
});
